// Package picture holds what the pictures of the library share: escaping for Mermaid, Graphviz DOT and XML, a small builder of
// SVG, and an ordered JSON object for Vega-Lite. All of it is deterministic: same calls, same bytes.
package picture
