package stitch

// IsRoleMailbox reports whether the identifier is the address of a function, such as info@ or sales@, which several
// persons read: it says where they belong, and never that two of them are the same. A nil Normalizer has the built-in
// list.
func (n *Normalizer) IsRoleMailbox(i Identifier) bool {
	if n == nil {
		n = &Normalizer{}
	}
	return n.traits(i)&traitRole != 0
}
