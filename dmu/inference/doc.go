// Package inference says which seat of a buying group a person probably holds, from the steps the person took and from the
// job title, with the evidence, and says "insufficient" when they do not tell.
//
// Steps that belong to one journey only reveal the role: who reviews terms is probably the lawyer. Most callers feed a
// [Trainer] with the persons whose seat is known by hand or by import, take a [Model] from it, and ask [Model.Explain] for
// everybody else. [Evaluate] says, before anybody believes it, how well that works on the persons whose seat is known.
//
//	var trainer inference.Trainer
//	for _, p := range journey.StepCounts(log, nil) {
//		err := trainer.Add(p)
//	}
//	model, err := trainer.Model(inference.Config{})
//	e := model.Explain(steps, "General Counsel")
//	e.Verdict  // legal, p = .96, decided
//	e.Parts    // review terms, title "counsel", prior, each in nats: they sum to the log odds
//
// An inferred seat never trains: otherwise the model proves itself. A labelled person is scored by [Model.Without] the own
// data.
//
// # Model
//
// Multinomial naive Bayes (Maron 1961) with Laplace's smoothing over steps and, apart, over title tokens; or the
// Dirichlet-multinomial with the parameters integrated out. What one person does comes in bursts, so that counts are not
// independent: uncapped, the posterior is worse than the prior alone (support lines of BPI Challenge 2013: log loss 2.127
// against .860). The evidence of a person is therefore capped at the weight of 5 events, a power posterior (.776). Five is a
// robust default, not an estimate; [FitCap] chooses by leave-one-out loss. A title is capped at the weight of 3 tokens.
//
// With few labelled persons, or steps that carry little, let FitCap choose from a grid that goes below 1, such as .01, .1, .3,
// 1, 2, 5, 10: the smaller the cap, the nearer the posterior stays to the prior. On 29 persons of the receipt phase whose steps
// carry nothing the cap of 5 loses .665 against .494 of the prior alone, and FitCap goes back to .494; on the support lines it
// stays with 5. Its loss is a little too good, since the cap was chosen on the same persons.
//
// A verdict is decided only if the posterior has moved from the prior (KL divergence ≥ .1 nat) and leads (margin ≥ .15).
// Where steps carry nothing, as in the receipt phase of the CoSeLoG log, nearly all verdicts are insufficient. That is the
// right answer.
//
// [Joint] assigns a whole group at once within limits such as exactly one decider, exactly. [Discover] finds, without any
// label, which steps seem to be the work of the same seats.
//
// # Limits
//
// One seat per person; sequences and times of steps are not used, only counts; a seat that nobody labelled cannot be found by
// a [Model]. Probabilities are calibrated for persons like those in training.
//
// # Complexity
//
// [Trainer.Add] and [Model.Score] cost O(steps of the person · seats), without allocation for the score; [Evaluate] O(persons ·
// steps · seats), by subtraction, without retraining; [Joint] O(persons · seats · Π(cap+1)); [Discover] O(S²·persons).
//
// # References
//
// Laplace (1814), "Essai philosophique sur les probabilités". Maron (1961), "Automatic indexing: an experimental inquiry".
// Madsen, Kauchak and Elkan (2005), on burstiness and the Dirichlet. Grünwald and van Ommen (2017), on tempered posteriors. Good
// (1950), "Probability and the Weighing of Evidence". Hubert and Arabie (1985), "Comparing partitions". Burattin, Sperduti and
// Veluscek (2013), "Business models enhancement through discovery of roles".
package inference
