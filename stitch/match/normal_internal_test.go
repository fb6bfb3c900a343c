package match

import "testing"

func TestNormalMail(t *testing.T) {
	for raw, want := range map[string]string{
		" Anna+news@Example.COM ": "anna@example.com", "a@googlemail.com": "a@gmail.com", "anna@": "anna",
		`"Jay Jones" <JJones@fmail.com>`: "jjones@fmail.com", "Nastassia<patak@universal.com>": "patak@universal.com",
		"<a@b.nl>": "a@b.nl", "a<b": "a<b", "none <none>": "none <none>",
	} {
		got := normalMail(raw)
		if got != want {
			t.Errorf("%q: %q, not %q", raw, got, want)
		}
		if again := normalMail(got); again != got {
			t.Errorf("%q: %q, then %q", raw, got, again)
		}
	}
}
