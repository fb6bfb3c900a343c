package match

import (
	"math"
	"slices"
	"strings"
)

// Corpus counts in how many texts each word occurs. The zero value is empty and ready. It is not safe for concurrent use
// while texts are added; afterwards any number of goroutines may compare.
type Corpus struct {
	n  int
	df map[string]int
}

// Add counts the words of one folded text.
func (c *Corpus) Add(text string) {
	if c.df == nil {
		c.df = map[string]int{}
	}
	c.n++
	for _, w := range uniqueTokens(text) {
		c.df[w]++
	}
}

// IDF returns ln(N/df) of a word; a word never seen counts as seen once. It is 0 for an empty corpus.
func (c *Corpus) IDF(word string) float64 {
	if c.n == 0 {
		return 0
	}
	return math.Log(float64(c.n) / float64(max(c.df[word], 1)))
}

// Weighted returns the soft tf-idf similarity of two folded texts (Cohen, Ravikumar and Fienberg 2003): the sum over the
// words of a with their best partner in b of the product of both normalised weights and the Jaro-Winkler similarity,
// where that is at least 0.9; capped at 1. It is not symmetric where several words share a partner; the larger of both
// directions counts here. Both empty give 1, one empty 0.
func (c *Corpus) Weighted(a, b string) float64 {
	x, y := c.vector(a), c.vector(b)
	if len(x) == 0 && len(y) == 0 {
		return 1
	}
	return min(max(softCosine(x, y), softCosine(y, x)), 1)
}

type weightedWord struct {
	text   string
	weight float64
}

func (c *Corpus) vector(text string) []weightedWord {
	words := strings.Fields(text)
	slices.Sort(words)
	var v []weightedWord
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && words[j] == words[i] {
			j++
		}
		v = append(v, weightedWord{words[i], float64(j-i) * c.IDF(words[i])})
		i = j
	}
	norm := 0.0
	for _, w := range v {
		norm += float64(w.weight * w.weight)
	}
	for i := range v {
		if norm > 0 {
			v[i].weight /= math.Sqrt(norm)
		} else {
			v[i].weight = 1 / math.Sqrt(float64(len(v)))
		}
	}
	return v
}

func softCosine(x, y []weightedWord) float64 {
	sum := 0.0
	for _, w := range x {
		best, at := 0.0, -1
		for j, u := range y {
			if s := wordSimilarity(w.text, u.text); s > best {
				best, at = s, j
			}
		}
		if at >= 0 && best >= leastWord {
			sum += float64(float64(w.weight*y[at].weight) * best)
		}
	}
	return sum
}

// leastWord is the similarity from which two words are partners.
const leastWord = 0.9

var wordBar = newJWBar(leastWord)

// wordSimilarity is Jaro-Winkler with a way out for words whose lengths or first letters make 0.9 impossible.
func wordSimilarity(a, b string) float64 {
	if a == b {
		return 1
	}
	la, lb := len(a), len(b)
	if 3*min(la, lb) < 2*max(la, lb) { // J ≤ (2 + min/max)/3, JW ≤ J + 0.4(1−J): below 0.9 from a ratio of 1/2
		return 0
	}
	return JaroWinkler(a, b)
}

// weighted is soft tf-idf over the prepared vectors; see [Corpus.Weighted].
func (c *column) weighted(x, y uint32) float64 {
	if c.vector == nil {
		return 0
	}
	return min(max(c.softCosine(c.vector[x], c.vector[y]), c.softCosine(c.vector[y], c.vector[x])), 1)
}

// wordShape is the shape of a word, none for words that came later.
func (c *column) wordShape(id uint32) shape {
	if int(id) < len(c.wordShapes) {
		return c.wordShapes[id]
	}
	return shape{}
}

func (c *column) softCosine(x, y []weightedID) float64 {
	sum := 0.0
	j := 0
	for _, w := range x {
		for j < len(y) && y[j].id < w.id {
			j++
		}
		if j < len(y) && y[j].id == w.id {
			sum += float64(w.weight * y[j].weight)
			continue
		}
		best, at := 0.0, -1
		p := c.wordShape(w.id)
		for k := range y {
			if q := c.wordShape(y[k].id); p.n > 0 && q.n > 0 && !wordBar.mayReach(p, q) {
				continue
			}
			if s := wordSimilarity(c.wordText(w.id), c.wordText(y[k].id)); s > best {
				best, at = s, k
			}
		}
		if best >= leastWord {
			sum += float64(float64(w.weight*y[at].weight) * best)
		}
	}
	return sum
}
