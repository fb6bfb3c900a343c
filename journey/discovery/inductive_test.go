package discovery_test

import (
	"testing"
	"time"

	"github.com/buyerjourney/b2b/journey/discovery"
)

func TestInductiveRunningExample(t *testing.T) {
	tree, err := discovery.Inductive(discovery.NewVariants(realLog(t, "running-example")).List(0), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := "->( 'register request', *( ->( +( 'check ticket', X( 'examine casually', 'examine thoroughly' ) ), 'decide' ), 'reinitiate request' ), X( 'pay compensation', 'reject request' ) )"
	if got := tree.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestProbe(t *testing.T) {
	for _, name := range oracleLogs {
		v := discovery.NewVariants(realLog(t, name)).List(0)
		for _, noise := range []float64{0, .2, .5} {
			t0 := time.Now()
			tree, _ := discovery.Inductive(v, noise)
			t.Log(name, noise, time.Since(t0), tree)
		}
	}
}
