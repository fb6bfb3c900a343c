package stitch

// Coarse cuts an address to the prefix under which a resolver stores it.
func Coarse(i Identifier, bits, bits6 int) Identifier {
	c, err := i.coarse(bits, bits6)
	if err != nil {
		panic(err)
	}
	return c
}
