package stitch

// delta collects what changes of the evidence make dirty; nil while a store is filled in one go.
type delta struct {
	profiles map[uint32]uint32   // profile → the fact that touched it first, or none
	recount  map[uint32]struct{} // values whose holders must be counted again
	accounts map[uint32]struct{} // values whose account side changed: their person holders may belong elsewhere
	aux      map[uint32]struct{} // profiles whose affiliations and relations alone are dirty
}

func newDelta() *delta { return &delta{profiles: make(map[uint32]uint32, 4)} }

// again returns an empty delta in the space of one that was used, unless that had become large.
func (d *delta) again() *delta {
	const large = 64
	if d == nil || len(d.profiles)+len(d.recount)+len(d.accounts)+len(d.aux) > large {
		return newDelta()
	}
	clear(d.profiles)
	clear(d.recount)
	clear(d.accounts)
	clear(d.aux)
	return d
}

func (d *delta) touch(p, cause uint32) {
	if d == nil {
		return
	}
	if _, ok := d.profiles[p]; !ok {
		d.profiles[p] = cause
	}
}

func (d *delta) touchAux(p uint32) {
	if d.aux == nil {
		d.aux = map[uint32]struct{}{}
	}
	d.aux[p] = struct{}{}
}

func (d *delta) touchValue(v uint32) {
	if d.recount == nil {
		d.recount = map[uint32]struct{}{}
	}
	d.recount[v] = struct{}{}
}

func (d *delta) touchAccounts(v uint32) {
	if d.accounts == nil {
		d.accounts = map[uint32]struct{}{}
	}
	d.accounts[v] = struct{}{}
}
