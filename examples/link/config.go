package main

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

// columnRef names a column: a header, "#3" (from 1), or an object from source name to header.
type columnRef struct {
	name     string
	bySource map[string]string
}

func (c *columnRef) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &c.name); err == nil {
		c.name = strings.TrimSpace(c.name)
		return nil
	}
	if err := json.Unmarshal(data, &c.bySource); err != nil {
		return errors.New("must be a column or an object from source to column")
	}
	return nil
}

func (c columnRef) given() bool { return c.name != "" || len(c.bySource) > 0 }

// names lists the columns that are meant.
func (c columnRef) uses(column string) bool {
	if column == "" {
		return false
	}
	if c.name == column {
		return true
	}
	for _, n := range c.bySource {
		if n == column {
			return true
		}
	}
	return false
}

// texts is a list of texts, or one.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

type fieldConfig struct {
	Name      string        `json:"name"`
	Column    columnRef     `json:"column"`
	Columns   []string      `json:"columns"`
	Kind      string        `json:"kind"`
	Country   string        `json:"country"`
	TF        *bool         `json:"tf"`
	Format    texts         `json:"format"`
	Separator string        `json:"separator"`
	Levels    []match.Level `json:"levels"`
}

type modelConfig struct {
	Prior         float64              `json:"prior"`
	Recall        float64              `json:"recall"`
	Deterministic [][]string           `json:"deterministic"`
	Train         [][]string           `json:"train"`
	Groups        [][]string           `json:"groups"`
	Bits          map[string][]float64 `json:"bits"`
	Monotone      *bool                `json:"monotone"` // absent = true
	FreeU         bool                 `json:"free_u"`
}

type thresholdConfig struct {
	Auto   float64 `json:"auto"`
	Review float64 `json:"review"`
}

type vetoConfig struct {
	Differ string `json:"differ"`
}

type truthConfig struct {
	Column  string `json:"column"`
	Extract string `json:"extract"`
	ID      string `json:"id"`
	Cluster string `json:"cluster"`
	A       string `json:"a"`
	B       string `json:"b"`
	Source  string `json:"source"`
	SourceA string `json:"source_a"`
	SourceB string `json:"source_b"`

	extract *regexp.Regexp
}

type pairConfig struct {
	A          string `json:"a"`
	B          string `json:"b"`
	Kind       string `json:"kind"`
	KindColumn string `json:"kind_column"`
	Label      string `json:"label"`
	Country    string `json:"country"`
}

// config is the whole configuration. Unknown keys are errors; only fields (of linking) or pair (of -pairs) are required.
type config struct {
	ID         columnRef       `json:"id"`
	Comma      string          `json:"comma"`
	Header     []string        `json:"header"`
	Missing    *[]string       `json:"missing"`
	Mode       string          `json:"mode"`
	Fields     []fieldConfig   `json:"fields"`
	Blocking   [][]string      `json:"blocking"`
	MaxBlock   *int            `json:"max_block"`
	Model      modelConfig     `json:"model"`
	Thresholds thresholdConfig `json:"thresholds"`
	Linkage    string          `json:"linkage"`
	Unique     []string        `json:"unique"`
	Veto       []vetoConfig    `json:"veto"`
	Rules      []stitch.Rule   `json:"rules"`
	Source     string          `json:"source"`
	Truth      *truthConfig    `json:"truth"`
	Pair       *pairConfig     `json:"pair"`

	comma  rune
	fields []match.Field
	blocks match.Blocks
}

func readConfig(path string, stdin io.Reader) (*config, error) {
	data, err := cli.ReadAll(path, stdin)
	if err != nil {
		return nil, err
	}
	c := &config{Thresholds: thresholdConfig{Auto: match.DefaultAuto, Review: 0.5}}
	var p b2b.Problems
	unknownKeys(&p, "", data, reflect.TypeFor[*config]())
	if err := json.Unmarshal(data, c); err != nil {
		p.Add("config", jsonReason(err))
		return nil, p.Err()
	}
	p.Join("", c.check())
	return c, p.Err()
}

// jsonReason says what is wrong with JSON without the values in it.
func jsonReason(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e.Field + ": must be " + e.Type.String()
	}
	return err.Error()
}

func (c *config) check() error {
	var p b2b.Problems
	c.comma = ','
	if sep := strings.TrimRight(c.Comma, " "); c.Comma != "" {
		if sep == "" {
			sep = " "
		}
		var err error
		if c.comma, err = cli.ParseComma(sep); err != nil {
			p.Add("comma", "must be one character")
		}
	}
	switch c.Mode {
	case "", "dedupe", "link", "one_to_one":
	default:
		p.Add("mode", "must be dedupe, link or one_to_one")
	}
	switch c.Linkage {
	case "", "average", "single":
	default:
		p.Add("linkage", "must be average or single")
	}
	if t := c.Thresholds; !(t.Auto > 0 && t.Auto < 1) || !(t.Review > 0 && t.Review < 1) || t.Review > t.Auto {
		p.Add("thresholds", "must be 0 < review ≤ auto < 1")
	}
	c.checkTruth(&p)
	c.checkFields(&p)
	c.checkModel(&p)
	c.checkRules(&p)
	return p.Err()
}

func (c *config) checkTruth(p *b2b.Problems) {
	t := c.Truth
	if t == nil {
		return
	}
	shapes := 0
	for _, given := range []bool{t.Column != "", t.ID != "" || t.Cluster != "", t.A != "" || t.B != ""} {
		if given {
			shapes++
		}
	}
	if shapes > 1 {
		p.Add("truth", "must have one shape: column; id and cluster; or a and b")
	}
	if (t.ID != "") != (t.Cluster != "") || (t.A != "") != (t.B != "") {
		p.Add("truth", "id goes with cluster, a with b")
	}
	if (t.SourceA != "") != (t.SourceB != "") || (t.SourceA != "" && t.A == "") {
		p.Add("truth", "source_a and source_b go with a and b")
	}
	if t.Source != "" && (t.Column != "" || t.SourceA != "") {
		p.Add("truth.source", "goes with id and cluster, or with a and b instead of source_a and source_b")
	}
	if t.Extract != "" {
		re, err := regexp.Compile(t.Extract)
		switch {
		case err != nil:
			p.Add("truth.extract", "is no regular expression (RE2)")
		case re.NumSubexp() < 1:
			p.Add("truth.extract", "needs a group")
		}
		t.extract = re
	}
}

func (c *config) checkFields(p *b2b.Problems) {
	if len(c.Fields) == 0 && c.Pair == nil {
		p.Add("fields", "is needed")
	}
	truth := ""
	if c.Truth != nil {
		truth = c.Truth.Column
	}
	names := map[string]bool{}
	for i, f := range c.Fields {
		path := "fields[" + strconv.Itoa(i) + "]"
		switch {
		case f.Name == "":
			p.Add(path+".name", "is needed")
		case names[f.Name]:
			p.Add(path+".name", "is used twice")
		case strings.Contains(f.Name, ":"):
			p.Add(path+".name", "must not hold a colon")
		}
		names[f.Name] = true
		if f.Column.given() == (len(f.Columns) > 0) {
			p.Add(path, "either column or columns is needed")
		}
		if truth != "" && (f.Column.uses(truth) || f.Country == "@"+truth || contains(f.Columns, truth)) {
			p.Add(path+".column", "is the truth, which is no input to linking")
		}
		kind, err := match.ParseKind(f.Kind)
		if err != nil || kind == match.UnknownKind {
			p.Add(path+".kind", "is unknown")
			continue
		}
		field := match.Field{Name: f.Name, Kind: kind, Formats: f.Format, Separator: f.Separator, Levels: f.Levels, NoTF: f.TF != nil && !*f.TF}
		if !strings.HasPrefix(f.Country, "@") {
			field.Country = strings.ToUpper(f.Country)
		}
		c.fields = append(c.fields, field)
	}
	if p.Err() != nil {
		return
	}
	for i := range c.fields {
		c.setLevels(p, i)
	}
	if len(c.fields) > 0 {
		if _, err := match.NewBuilder(c.fields); err != nil {
			p.Join("", err)
		}
	}
}

// setLevels applies tf and asserted weights to the levels of a field.
func (c *config) setLevels(p *b2b.Problems, i int) {
	f := &c.fields[i]
	if len(f.Levels) == 0 {
		f.Levels = match.DefaultLevels(f.Kind, match.HasNames(c.fields))
	}
	if tf := c.Fields[i].TF; tf != nil && *tf {
		for l := range f.Levels {
			f.Levels[l].TF = f.Levels[l].TF || f.Levels[l].Test == match.Exact
		}
	}
	bits, ok := c.Model.Bits[f.Name]
	if !ok {
		return
	}
	path := "model.bits." + f.Name
	if len(bits) != len(f.Levels) {
		p.Addf(path, "has %d weights for %d levels", len(bits), len(f.Levels))
		return
	}
	for l := range bits {
		if bits[l] < -40 || bits[l] > 40 {
			p.Add(path, "must lie within ±40")
		}
		f.Levels[l].Bits = &bits[l]
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if strings.TrimSpace(x) == s {
			return true
		}
	}
	return false
}

func (c *config) hasField(name string) bool {
	for _, f := range c.Fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

func (c *config) checkModel(p *b2b.Problems) {
	field := func(path, name string) {
		if !c.hasField(name) {
			p.Add(path, "no such field")
		}
	}
	c.blocks.Rules = c.blockRules(p, "blocking", c.Blocking)
	if c.MaxBlock != nil {
		if *c.MaxBlock < 0 {
			p.Add("max_block", "must not be negative")
		}
		if c.blocks.MaxSize = *c.MaxBlock; *c.MaxBlock == 0 {
			c.blocks.MaxSize = -1
		}
	}
	c.blockRules(p, "model.train", c.Model.Train)
	for i, r := range c.Model.Deterministic {
		for j, f := range r {
			field("model.deterministic["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", f)
		}
	}
	for i, g := range c.Model.Groups {
		for j, f := range g {
			field("model.groups["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", f)
		}
	}
	for _, f := range sortedKeys(c.Model.Bits) {
		field("model.bits."+f, f)
	}
	if m := c.Model; m.Prior != 0 && !(m.Prior > 0 && m.Prior < 1) {
		p.Add("model.prior", "must lie between 0 and 1")
	}
	if m := c.Model; m.Recall != 0 && !(m.Recall > 0 && m.Recall <= 1) {
		p.Add("model.recall", "must lie in (0, 1]")
	}
	for i, f := range c.Unique {
		field("unique["+strconv.Itoa(i)+"]", f)
	}
	for i, v := range c.Veto {
		field("veto["+strconv.Itoa(i)+"].differ", v.Differ)
	}
}

// blockRules reads lists of block keys.
func (c *config) blockRules(p *b2b.Problems, path string, rules [][]string) []match.BlockRule {
	var out []match.BlockRule
	for i, r := range rules {
		var rule match.BlockRule
		if len(r) == 0 {
			p.Add(path+"["+strconv.Itoa(i)+"]", "is empty")
		}
		for j, text := range r {
			k, err := match.ParseBlockKey(text)
			switch {
			case err != nil:
				p.Join(path+"["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", err)
			case !c.hasField(k.Field):
				p.Add(path+"["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", "no such field")
			}
			rule.Keys = append(rule.Keys, k)
		}
		out = append(out, rule)
	}
	return out
}
