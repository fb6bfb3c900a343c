package stitch

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// The binary form of facts. Equal facts in normal form have equal bytes.

func appendFact(dst []byte, f Fact) []byte {
	dst = bin.AppendString(dst, f.ID)
	dst = bin.AppendString(dst, f.By)
	dst = bin.AppendTime(dst, f.Occurred)
	dst = bin.AppendTime(dst, f.RecordedAt)
	dst = append(dst, byte(f.Body.body()))
	switch b := f.Body.(type) {
	case Seen:
		dst = appendProfileID(dst, b.Profile)
		dst = append(dst, byte(b.Level))
		dst = bin.AppendUvarint(dst, uint64(len(b.Identifiers)))
		for _, id := range b.Identifiers {
			dst = appendIdentifier(dst, id)
		}
		dst = bin.AppendUvarint(dst, uint64(len(b.Fields)))
		for _, x := range b.Fields {
			dst = bin.AppendString(bin.AppendString(dst, x.Name), x.Value)
		}
	case Ended:
		dst = appendIdentifier(appendProfileID(dst, b.Profile), b.Identifier)
	case Retract:
		dst = bin.AppendString(dst, b.Fact)
	case Consent:
		dst = bin.AppendString(appendProfileID(dst, b.Profile), b.Purpose)
		dst = bin.AppendTime(append(dst, byte(b.State)), b.Until)
	case Judgement:
		dst = appendProfileID(appendProfileID(dst, b.A), b.B)
		dst = bin.AppendString(append(dst, byte(b.Verdict)), b.Reason)
	case Apart:
		dst = bin.AppendUvarint(dst, uint64(len(b.Groups)))
		for _, g := range b.Groups {
			dst = bin.AppendUvarint(dst, uint64(len(g)))
			for _, p := range g {
				dst = appendProfileID(dst, p)
			}
		}
		dst = bin.AppendString(dst, b.Reason)
	case Affiliated:
		dst = appendWindow(appendProfileID(appendProfileID(dst, b.Person), b.Account), b.Valid)
		dst = bin.AppendBool(bin.AppendString(dst, b.Title), b.Primary)
		dst = bin.AppendFloat64(dst, b.Confidence+0)
	case Related:
		dst = bin.AppendString(appendProfileID(appendProfileID(dst, b.A), b.B), b.Relation)
		dst = appendWindow(dst, b.Valid)
	case Pin:
		dst = appendProfileID(dst, b.Profile)
	}
	return dst
}

func appendProfileID(dst []byte, p ProfileID) []byte {
	return bin.AppendString(bin.AppendString(dst, p.Source), p.ID)
}

func appendIdentifier(dst []byte, i Identifier) []byte {
	dst = bin.AppendString(bin.AppendString(bin.AppendString(dst, string(i.kind())), i.system()), i.value)
	return append(dst, byte(i.check()))
}

func appendWindow(dst []byte, w b2b.Window) []byte {
	return bin.AppendTime(bin.AppendTime(dst, w.From), w.To)
}

func readByte(r *bin.Reader) byte {
	b := r.Bytes(1)
	if len(b) != 1 {
		return 0
	}
	return b[0]
}

func readProfileID(r *bin.Reader) ProfileID { return ProfileID{Source: r.String(), ID: r.String()} }

func readIdentifier(r *bin.Reader) Identifier {
	i := tagged(Kind(r.String()), r.String(), r.String(), Check(readByte(r)))
	if !i.check().IsValid() || i.kind() == "" && i.system() == "" && i.value == "" {
		r.Fail(bin.ErrCorrupt)
	}
	return i
}

func readWindow(r *bin.Reader) b2b.Window { return b2b.Window{From: r.Time(), To: r.Time()} }

func readFact(r *bin.Reader) Fact {
	f := Fact{ID: r.String(), By: r.String(), Occurred: r.Time(), RecordedAt: r.Time()}
	switch bodyKind(readByte(r)) {
	case bodySeen:
		b := Seen{Profile: readProfileID(r), Level: Level(readByte(r))}
		for range r.Count(4) {
			b.Identifiers = append(b.Identifiers, readIdentifier(r))
		}
		for range r.Count(2) {
			b.Fields = append(b.Fields, Field{Name: r.String(), Value: r.String()})
		}
		f.Body = b
	case bodyEnded:
		f.Body = Ended{Profile: readProfileID(r), Identifier: readIdentifier(r)}
	case bodyRetract:
		f.Body = Retract{Fact: r.String()}
	case bodyConsent:
		f.Body = Consent{Profile: readProfileID(r), Purpose: r.String(), State: ConsentState(readByte(r)), Until: r.Time()}
	case bodyJudgement:
		f.Body = Judgement{A: readProfileID(r), B: readProfileID(r), Verdict: Verdict(readByte(r)), Reason: r.String()}
	case bodyApart:
		var b Apart
		for range r.Count(1) {
			var g []ProfileID
			for range r.Count(2) {
				g = append(g, readProfileID(r))
			}
			b.Groups = append(b.Groups, g)
		}
		b.Reason = r.String()
		f.Body = b
	case bodyAffiliated:
		f.Body = Affiliated{Person: readProfileID(r), Account: readProfileID(r), Valid: readWindow(r), Title: r.String(), Primary: r.Bool(), Confidence: r.Finite()}
	case bodyRelated:
		f.Body = Related{A: readProfileID(r), B: readProfileID(r), Relation: r.String(), Valid: readWindow(r)}
	case bodyPin:
		f.Body = Pin{Profile: readProfileID(r)}
	default:
		r.Fail(bin.ErrCorrupt)
	}
	return f
}
