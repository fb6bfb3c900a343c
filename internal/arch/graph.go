package arch

import (
	"path"
	"slices"
	"strings"
)

const module = "github.com/buyerjourney/b2b"

// graph lists for each package of the core, by its folder in the module, what
// it may import of the module besides internal packages. "." is the root.
var graph = map[string][]string{
	".": {},

	"touchpoint":             {"."},
	"touchpoint/experience":  {".", "touchpoint"},
	"touchpoint/importance":  {".", "touchpoint"},
	"touchpoint/attribution": {".", "touchpoint"},
	"touchpoint/strategy": {
		".", "touchpoint", "touchpoint/experience", "touchpoint/importance", "touchpoint/attribution",
	},

	"dmu":           {"."},
	"dmu/inference": {".", "dmu"},
	"dmu/choice":    {".", "dmu"},
	"dmu/segment":   {".", "dmu"},

	"stitch":       {"."},
	"stitch/match": {".", "stitch"},

	"funnel/survival": {"."},
	"funnel":          {".", "funnel/survival"}, // the one parent that imports its child
	"funnel/forecast": {".", "funnel", "funnel/survival"},
	"funnel/lifetime": {".", "funnel", "funnel/survival"},

	"journey":             journeyFloor,
	"journey/object":      append(journeyFloor, "journey"),
	"journey/discovery":   append(journeyFloor, "journey", "journey/object"),
	"journey/conformance": append(journeyFloor, "journey", "journey/discovery"),
	"journey/simulation": append(
		journeyFloor, "journey", "journey/discovery", "journey/conformance", "funnel/survival",
	),
}

// journeyFloor is what journey stands on; stitch is not part of it: identities
// arrive as ids.
var journeyFloor = slices.Clip([]string{".", "touchpoint", "dmu", "funnel"})

// top may import every domain package but those of stitch.
const top = "journey/steering"

// testOnly are the internal packages that serve tests. They may use testing and
// do I/O; only tests may import them.
var testOnly = []string{
	"internal/apigolden", "internal/arch", "internal/gen", "internal/law", "internal/realdata",
}

func within(pkg, folder string) bool {
	return pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

// isTestOnly says whether pkg is one of the packages for tests.
func isTestOnly(pkg string) bool {
	return slices.ContainsFunc(testOnly, func(t string) bool { return within(pkg, t) })
}

// known says whether the graph knows the package.
func known(pkg string) bool {
	_, ok := graph[pkg]
	return ok || pkg == top || within(pkg, "internal") || within(pkg, "examples")
}

// whyNot says why from may not import to, both packages of this module; it is
// empty where from may. Tests are held to less: they combine what they like.
func whyNot(from, to string, test bool) string {
	switch {
	case within(from, "examples"):
		return ""
	case within(to, "examples"):
		return "nothing imports the examples"
	case test:
		return ""
	case isTestOnly(from):
		return ""
	case isTestOnly(to):
		return "it serves tests only"
	case within(to, "internal"):
		return ""
	case within(from, "internal"):
		if to == "." {
			return ""
		}
		return "internal packages stand below the domain packages"
	case from == top:
		if within(to, "stitch") {
			return "identities arrive as ids"
		}
		return ""
	case slices.Contains(graph[from], to):
		return ""
	case path.Dir(to) == from:
		return "a package does not import its sub-packages"
	}
	return "the import graph does not have it"
}

// forbidden are the packages of the standard library that the core may not
// import, each with those below it unless they are in harmless.
var forbidden = map[string]string{
	"os":           "no I/O in the core",
	"io/ioutil":    "no I/O in the core",
	"net":          "no I/O in the core",
	"syscall":      "no I/O in the core",
	"plugin":       "no I/O in the core",
	"database/sql": "no I/O in the core",
	"log":          "no logging in the core",
	"expvar":       "no global state in the core",
	"flag":         "no global state in the core",
	"testing":      "only tests test",
	"math/rand":    "use math/rand/v2 with a Source",
	"unsafe":       "not in the core",
}

// harmless are exceptions of forbidden: parsers and values.
var harmless = []string{"math/rand/v2", "net/mail", "net/netip", "net/textproto", "net/url"}

// whyNotStd says why the core may not import the package of the standard
// library; it is empty where the core may.
func whyNotStd(pkg string) string {
	if slices.Contains(harmless, pkg) {
		return ""
	}
	for p := pkg; p != "."; p = path.Dir(p) {
		if why, ok := forbidden[p]; ok {
			return why
		}
	}
	return ""
}

// whyNotName says why the core may not use the name of a package.
func whyNotName(pkg, name string) string {
	switch pkg {
	case "time":
		switch name {
		case "Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer":
			return "no clock in the core: take the time as an argument"
		case "Local":
			return "the result would depend on the machine"
		}
	case "math/rand/v2":
		switch name {
		case "Rand", "New", "Source", "PCG", "NewPCG", "ChaCha8", "NewChaCha8", "Zipf", "NewZipf":
		default:
			return "no global randomness in the core: take a rand.Source"
		}
	case "fmt":
		switch name {
		case "Print", "Printf", "Println":
			return "no output in the core"
		}
	}
	return ""
}
