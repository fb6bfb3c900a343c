// Package inference says which seat of a buying group a person probably holds, from the steps the person took and from the
// job title, with the evidence, and says "insufficient" when they do not tell.
package inference
