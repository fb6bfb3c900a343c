package cli_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

func TestParseTime(t *testing.T) {
	amsterdam, err := cli.ParseZone("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		in   string
		zone *time.Location
		want string // RFC 3339 in UTC
		p    b2b.Precision
	}{
		{"2024-02-29", nil, "2024-02-29T00:00:00Z", b2b.Day},
		{"2000-02-29", nil, "2000-02-29T00:00:00Z", b2b.Day},
		{" 2024-06-30 ", amsterdam, "2024-06-29T22:00:00Z", b2b.Day},
		{"2024-01-31", amsterdam, "2024-01-30T23:00:00Z", b2b.Day},
		{"2024-01-02 03:04:05", nil, "2024-01-02T03:04:05Z", b2b.Second},
		{"2024-01-02T03:04:05", amsterdam, "2024-01-02T02:04:05Z", b2b.Second},
		{"2024-01-02T03:04:05Z", amsterdam, "2024-01-02T03:04:05Z", b2b.Second},
		{"2024-01-02t03:04:05z", amsterdam, "2024-01-02T03:04:05Z", b2b.Second},
		{"2024-01-02 03:04:05+05:30", amsterdam, "2024-01-01T21:34:05Z", b2b.Second},
		{"2024-01-02 03:04:05-08:00", nil, "2024-01-02T11:04:05Z", b2b.Second},
		{"2024-01-02 03:04:05.5", nil, "2024-01-02T03:04:05.5Z", b2b.Millisecond},
		{"2011-10-01T00:38:44.546+02:00", nil, "2011-09-30T22:38:44.546Z", b2b.Millisecond},
		{"2011-10-01 00:38:44.546000+02:00", nil, "2011-09-30T22:38:44.546Z", b2b.Microsecond},
		{"2011-10-01T00:38:44.123456789123Z", nil, "2011-10-01T00:38:44.123456789Z", b2b.Microsecond},
		{"0001-01-01", nil, "0001-01-01T00:00:00Z", b2b.Day},
		{"9999-12-31T23:59:59Z", nil, "9999-12-31T23:59:59Z", b2b.Second},
	}
	for _, tt := range tests {
		got, p, err := cli.ParseTime(tt.in, tt.zone)
		if err != nil || got.Format(time.RFC3339Nano) != tt.want || p != tt.p || got.Location() != time.UTC {
			t.Errorf("%q: %v, %v, %v", tt.in, got, p, err)
		}
	}
	for _, in := range []string{
		"", "2024", "2024-1-02", "2024-13-01", "2024-00-01", "2024-02-30", "2023-02-29", "1900-02-29", "2024-04-31", "2024-01-00",
		"2024-01-02T", "2024-01-02 03:04", "2024-01-02 24:00:00", "2024-01-02 03:60:00", "2024-01-02 03:04:60",
		"2024-01-02 03:04:05.", "2024-01-02 03:04:05,5", "2024-01-02 03:04:05+0100", "2024-01-02 03:04:05+01", "2024-01-02 03:04:05Zx",
		"2024-01-02 03:04:05+24:00", "2024-01-02 03:04:05 01:00", "02/01/2024", "20240102", "2024-01-02x", "2024_01_02", "-024-01-02", "２024-01-02",
	} {
		if got, _, err := cli.ParseTime(in, nil); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

// TestParseTimeLikeGo compares with the parser of package time.
func TestParseTimeLikeGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "offset"))
		want := time.Unix(rapid.Int64Range(-62135510400, 253402214400).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).In(zone)
		got, _, err := cli.ParseTime(want.Format(time.RFC3339Nano), nil)
		if err != nil || !got.Equal(want) {
			t.Fatal(got, want, err)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	f.Add("2024-01-02T03:04:05.123+01:00")
	f.Add("2024-01-02")
	f.Fuzz(func(t *testing.T, s string) {
		got, p, err := cli.ParseTime(s, nil)
		if err != nil {
			return
		}
		text := strings.ToUpper(strings.TrimSpace(s))
		if p == b2b.Day {
			text += "T00:00:00Z"
		} else if end := text[len(text)-1]; end != 'Z' && !strings.ContainsAny(text[19:], "+-") {
			text += "Z"
		}
		want, err := time.Parse(time.RFC3339, text[:10]+"T"+text[11:])
		if err != nil || !want.Equal(got) {
			t.Fatal(s, got, want, err)
		}
	})
}

func TestParseZone(t *testing.T) {
	if z, err := cli.ParseZone(""); err != nil || z != time.UTC {
		t.Error(z, err)
	}
	for _, name := range []string{"Local", "Nowhere/At all"} {
		if z, err := cli.ParseZone(name); err == nil {
			t.Error(name, z)
		}
	}
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for in, want := range map[string]time.Duration{
		"0": 0, "0d": 0, "30d": 30 * day, "12w": 84 * day, "36h": 36 * time.Hour, " 90m ": 90 * time.Minute,
		"1.5d": 36 * time.Hour, "1w2d3h": 9*day + 3*time.Hour, "1d12h30m": 36*time.Hour + 30*time.Minute, "168h": 7 * day,
	} {
		if got, err := cli.ParseDuration(in); got != want || err != nil {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "d", "30", "-1d", "1d-1h", "3d2w", "1d1d", "1e3d", "Infd", "NaNd", "1.2.3d", "-5h", "200000d", "106751d24h", "9e9w", "week", "day", "1mo",
	} {
		if got, err := cli.ParseDuration(in); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestNum(t *testing.T) {
	for want, f := range map[string]float64{
		"0": math.Copysign(0, -1), "0.1": 0.1, "1000000": 1e6, "-2.5": -2.5, "1e+21": 1e21, "1e-7": 1e-7, "0.000001": 1e-6, "1.5e-10": 1.5e-10,
		"0.7530864197530864": 0.7530864197530864,
	} {
		if got := cli.Num(f); got != want {
			t.Errorf("%s: %s", want, got)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := cli.Num(f); got != "" {
			t.Error(f, got)
		}
	}
	if cli.Optional(3, true) != "3" || cli.Optional(3, false) != "" {
		t.Error("optional")
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		if back, err := strconv.ParseFloat(cli.Num(f), 64); back != f || err != nil {
			t.Fatal(f, back, err)
		}
		var b bytes.Buffer
		if err := cli.WriteJSON(&b, f); f != 0 && (err != nil || b.String() != cli.Num(f)+"\n") {
			t.Fatal("not as JSON:", b.String(), cli.Num(f), err)
		}
	})
}

func TestWriteJSON(t *testing.T) {
	type out struct {
		Z    string   `json:"z"`
		A    *float64 `json:"a"`
		B    *float64 `json:"b"`
		List []int    `json:"list"`
	}
	var b bytes.Buffer
	err := cli.WriteJSON(&b, out{"a<b>&c é", cli.Null(1.5, true), cli.Null(1.5, false), cli.List[int](nil)})
	if diff := cmp.Diff(`{"z":"a<b>&c é","a":1.5,"b":null,"list":[]}`+"\n", b.String()); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if diff := cmp.Diff([]int{1}, cli.List([]int{1})); diff != "" {
		t.Error(diff)
	}
	if err := cli.WriteJSON(failing{}, 1); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func TestCounts(t *testing.T) {
	var b bytes.Buffer
	cli.Counts(&b, "rows", 12, "rejected", 0, "p_conv", 0.25, "order", "auto")
	if diff := cmp.Diff("rows=12 rejected=0 p_conv=0.25 order=auto\n", b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestFlags(t *testing.T) {
	tests := []struct {
		args  string
		in    string
		nulls bool
		given bool
		code  int
		ok    bool
		says  string
	}{
		{args: "", nulls: true, ok: true},
		{args: "-in a", in: "a", nulls: true, given: true, ok: true},
		{args: "-log b -no=false", in: "b", given: true, ok: true},
		{args: "-no", nulls: true, ok: true},
		{args: "-h", nulls: true, code: cli.Done, says: "the same as -in"},
		{args: "-x", nulls: true, code: cli.Usage, says: "not defined: -x"},
		{args: "-no=perhaps", code: cli.Usage, says: "perhaps"},
		{args: "-in a b", in: "a", nulls: true, given: true, code: cli.Usage, says: `argument "b"`},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			var stderr bytes.Buffer
			fs := flag.NewFlagSet("prog", flag.ContinueOnError)
			in := fs.String("in", "", "")
			nulls := fs.Bool("nulls", true, "")
			cli.Alias(fs, "in", "log")
			cli.Alias(fs, "nulls", "no")
			code, ok := cli.Parse(fs, strings.Fields(tt.args), &stderr)
			if code != tt.code || ok != tt.ok || *in != tt.in || *nulls != tt.nulls || cli.Given(fs, "in", "log") != tt.given {
				t.Error(code, ok, *in, *nulls, cli.Given(fs, "in", "log"))
			}
			if !strings.Contains(stderr.String(), tt.says) {
				t.Error(stderr.String())
			}
		})
	}
}

func TestFail(t *testing.T) {
	var b bytes.Buffer
	if code := cli.Fail(&b, "prog", cli.Refused, errors.Join(errors.New("one"), errors.New("two"))); code != cli.Refused {
		t.Error(code)
	}
	if diff := cmp.Diff("prog: one\nprog: two\n", b.String()); diff != "" {
		t.Error(diff)
	}
	for _, n := range []int{100, 102} {
		b.Reset()
		cli.Fail(&b, "p", 1, errors.New(strings.Repeat("x\n", n-1)+"x"))
		want := strings.Repeat("p: x\n", 100)
		if n > 100 {
			want += "p: and 2 more\n"
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestParseFloats(t *testing.T) {
	got, err := cli.ParseFloats("0.5, 0.8,1e-3")
	if diff := cmp.Diff([]float64{.5, .8, .001}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := cli.ParseFloats(" "); got != nil || err != nil {
		t.Error(got, err)
	}
	for _, in := range []string{"a", "1,", ",1", "NaN", "Inf", "1;2"} {
		if got, err := cli.ParseFloats(in); err == nil {
			t.Error(in, got)
		}
	}
}

func TestSeed(t *testing.T) {
	want := rand.NewPCG(7, 0)
	if got := cli.Seed(7); got.Uint64() != want.Uint64() {
		t.Error("another stream")
	}
}

func TestProgress(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "err"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	for _, w := range []io.Writer{f, new(bytes.Buffer)} {
		p := cli.NewProgress(w, "rows")
		if p != nil {
			t.Fatal("that is no terminal")
		}
		p.Step()
		p.Of(1, 2)
		p.Done()
	}

	var b bytes.Buffer
	p := cli.NewProgressFor(&b, "rows")
	p.Of(1, 2)
	p.Done()
	if b.Len() != 0 {
		t.Errorf("a short run shows %q", b.String())
	}
	p = cli.NewProgressOn(p)
	for range 1 << 14 {
		p.Step()
	}
	p.Of(5, 6) // too soon after the one before
	p.Done()
	if want := fmt.Sprintf("\r\x1b[K%d rows\r\x1b[K", 1<<14); b.String() != want {
		t.Errorf("%q", b.String())
	}
	b.Reset()
	p = cli.NewProgressOn(cli.NewProgressFor(&b, "draws"))
	p.Of(5, 6)
	if b.String() != "\r\x1b[K5 of 6 draws" {
		t.Errorf("%q", b.String())
	}
}
