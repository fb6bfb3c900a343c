package exact

// Limbs returns the number of limbs that s holds.
func Limbs(s *Sum) int { return cap(s.limbs) }
