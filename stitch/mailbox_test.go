package stitch_test

import (
	"testing"

	"github.com/buyerjourney/b2b/stitch"
)

func TestIsRoleMailbox(t *testing.T) {
	strict := &stitch.Normalizer{Lists: stitch.Lists{RoleMailbox: func(local string) bool { return local == "tenders" }}}
	for _, c := range []struct {
		n    *stitch.Normalizer
		mail string
		want bool
	}{
		{nil, "info@meer-logistics.example", true},
		{nil, "INFO@meer-logistics.example", true},
		{nil, "lidia.jansen@meer-logistics.example", false},
		{strict, "tenders@meer-logistics.example", true},
	} {
		if got := c.n.IsRoleMailbox(stitch.MustIdentifier(stitch.Email, "", c.mail)); got != c.want {
			t.Errorf("%s: %v", c.mail, got)
		}
	}
	if (&stitch.Normalizer{}).IsRoleMailbox(stitch.MustIdentifier(stitch.Cookie, "web", "info")) {
		t.Error("a cookie is no mailbox")
	}
}
