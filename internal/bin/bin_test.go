package bin_test

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/bin"
)

func propRoundTrip(t *rapid.T) {
	u := rapid.Uint64().Draw(t, "u")
	i := rapid.Int64().Draw(t, "i")
	s := rapid.String().Draw(t, "s")
	f := rapid.Float64().Draw(t, "f")
	v := rapid.Bool().Draw(t, "v")
	at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "sec"), rapid.Int64Range(0, 1e9-1).Draw(t, "nsec")).UTC()
	raw := rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "raw")

	b := []byte{7}
	b = bin.AppendUvarint(b, u)
	b = bin.AppendVarint(b, i)
	b = bin.AppendString(b, s)
	b = bin.AppendFloat64(b, f)
	b = bin.AppendBool(b, v)
	b = bin.AppendTime(b, at.In(time.FixedZone("", 3600)))
	b = bin.AppendUvarint(b, uint64(len(raw)))
	b = append(b, raw...)

	read := func(b []byte) error {
		r := bin.NewReader(b)
		r.Version(7)
		gotU, gotI, gotS, gotF, gotV, gotAt := r.Uvarint(), r.Varint(), r.String(), r.Float64(), r.Bool(), r.Time()
		gotRaw := r.Bytes(r.Count(1))
		if err := r.Done(); err != nil {
			return err
		}
		if gotU != u || gotI != i || gotS != s || gotF != f || gotV != v || gotAt != at || !bytes.Equal(gotRaw, raw) {
			t.Fatalf("read %v %v %q %v %v %v % x", gotU, gotI, gotS, gotF, gotV, gotAt, gotRaw)
		}
		return nil
	}
	if err := read(b); err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if err := read(b[:n]); !errors.Is(err, bin.ErrTruncated) {
			t.Fatalf("%d of %d bytes: %v, want ErrTruncated", n, len(b), err)
		}
	}
	if err := read(append(b, 0)); !errors.Is(err, bin.ErrCorrupt) {
		t.Fatalf("one byte more: %v, want ErrCorrupt", err)
	}
}

func TestRoundTrip(t *testing.T) { rapid.Check(t, propRoundTrip) }
func FuzzRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propRoundTrip)) }
func TestZeroTime(t *testing.T) {
	r := bin.NewReader(bin.AppendTime(nil, time.Time{}))
	if got := r.Time(); got != (time.Time{}) || r.Done() != nil {
		t.Errorf("the zero time is read as %v, %v", got, r.Err())
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		in   string
		read func(*bin.Reader)
		want error
	}{
		{"varint with a zero group", "\x81\x00", func(r *bin.Reader) { r.Uvarint() }, bin.ErrCorrupt},
		{"long zero", "\x80\x00", func(r *bin.Reader) { r.Uvarint() }, bin.ErrCorrupt},
		{"signed varint with a zero group", "\x81\x80\x00", func(r *bin.Reader) { r.Varint() }, bin.ErrCorrupt},
		{"varint above 64 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", func(r *bin.Reader) { r.Uvarint() }, bin.ErrCorrupt},
		{"varint of 11 bytes", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", func(r *bin.Reader) { r.Uvarint() }, bin.ErrCorrupt},
		{"bool 2", "\x02", func(r *bin.Reader) { r.Bool() }, bin.ErrCorrupt},
		{"string longer than its input", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc", func(r *bin.Reader) { _ = r.String() }, bin.ErrTruncated},
		{"count that cannot fit", "\x04abcdefgh", func(r *bin.Reader) { r.Count(3) }, bin.ErrTruncated},
		{"nanosecond 1e9", "\x00\x80\x94\xeb\xdc\x03", func(r *bin.Reader) { r.Time() }, bin.ErrCorrupt},
		{"second beyond any calendar", string(bin.AppendVarint(nil, math.MaxInt64)) + "\x00", func(r *bin.Reader) { r.Time() }, bin.ErrCorrupt},
		{"other version", "\x02", func(r *bin.Reader) { r.Version(1) }, bin.ErrCorrupt},
		{"negative number of bytes", "abc", func(r *bin.Reader) { r.Bytes(-1) }, bin.ErrCorrupt},
		{"NaN where it must be finite", string(bin.AppendFloat64(nil, math.NaN())), func(r *bin.Reader) { r.Finite() }, bin.ErrCorrupt},
		{"infinity where it must be finite", string(bin.AppendFloat64(nil, math.Inf(-1))), func(r *bin.Reader) { r.Finite() }, bin.ErrCorrupt},
		{"nothing", "", func(r *bin.Reader) { r.Version(1) }, bin.ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bin.NewReader([]byte(c.in))
			c.read(r)
			if !errors.Is(r.Err(), c.want) {
				t.Fatalf("error is %v, want %v", r.Err(), c.want)
			}
			// The error stays, and nothing is read any more.
			if n := r.Uvarint(); n != 0 || r.String() != "" || r.Bytes(1) != nil || r.Len() != 0 || !errors.Is(r.Done(), c.want) {
				t.Errorf("the reader goes on after an error: %v", r.Err())
			}
		})
	}
}

func TestCount(t *testing.T) {
	r := bin.NewReader([]byte("\x02abcdef"))
	if n := r.Count(3); n != 2 || r.Err() != nil || string(r.Rest()) != "abcdef" {
		t.Errorf("count is %d, %v, rest %q", n, r.Err(), r.Rest())
	}
	r.Skip(4)
	if diff := cmp.Diff("ef", string(r.Bytes(2))); diff != "" {
		t.Error(diff)
	}
}

// FuzzReader: whatever is read without an error is written back as the same bytes.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bin.NewReader(in)
		var out []byte
		for r.Err() == nil && r.Len() > 0 {
			op := r.Bytes(1)[0]
			out = append(out, op)
			before := out
			switch op % 6 {
			case 0:
				out = bin.AppendUvarint(out, r.Uvarint())
			case 1:
				out = bin.AppendVarint(out, r.Varint())
			case 2:
				out = bin.AppendString(out, r.String())
			case 3:
				out = bin.AppendFloat64(out, r.Float64())
			case 4:
				out = bin.AppendBool(out, r.Bool())
			case 5:
				out = bin.AppendTime(out, r.Time())
			}
			if r.Err() != nil {
				out = before
			}
		}
		if !bytes.HasPrefix(in, out) {
			t.Fatalf("% x is written back as % x", in, out)
		}
	})
}
