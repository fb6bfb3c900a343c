package discovery_test

import (
	"testing"

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
