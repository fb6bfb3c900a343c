// Package bin is the canonical binary coding that accumulators and stores share: append functions that write, and a [Reader]
// with a sticky error that reads.
//
// The coding is canonical: a value has exactly one form, and the reader refuses every other form (varints that are longer than
// needed, booleans that are not 0 or 1, nanoseconds outside a second). Hostile input costs no more memory than its own length:
// ask [Reader.Count] before allocating for a stated number of elements.
//
// Forms: an unsigned integer is a minimal LEB128 varint; a signed one is zigzag in the same form; a string is its length in
// bytes and the bytes; a float64 is its eight bytes, big endian; a bool is one byte; a time is the Unix second as a signed
// varint and the nanosecond as an unsigned one (UTC, no monotonic reading, no zone).
package bin
