package cli

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

const bufferSize = 1 << 16

// Open opens the file at path for reading; "" and "-" stand for stdin, which
// Close leaves open. What comes out has gone through [Reader].
func Open(path string, stdin io.Reader) (io.ReadCloser, error) {
	if path == "" || path == "-" {
		r, err := Reader(stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return io.NopCloser(r), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := Reader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

// ReadAll is [Open], read to the end.
func ReadAll(path string, stdin io.Reader) ([]byte, error) {
	r, err := Open(path, stdin)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// Reader unpacks gzip, which it recognises by the first two bytes, and drops a
// UTF-8 byte-order mark.
func Reader(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, bufferSize)
	head, err := b.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		b = bufio.NewReaderSize(z, bufferSize)
	}
	mark, err := b.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(mark) == "\xef\xbb\xbf" {
		if _, err := b.Discard(3); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Create creates the file at path; "" and "-" stand for stdout. Writes are
// buffered: Close writes what is left, and returns what went wrong. It leaves
// stdout open.
func Create(path string, stdout io.Writer) (io.WriteCloser, error) {
	if path == "" || path == "-" {
		return &output{Writer: bufio.NewWriterSize(stdout, bufferSize)}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &output{Writer: bufio.NewWriterSize(f, bufferSize), file: f}, nil
}

type output struct {
	*bufio.Writer
	file *os.File
}

// Close flushes, and closes the file if there is one.
func (o *output) Close() error {
	err := o.Flush()
	if o.file != nil {
		err = errors.Join(err, o.file.Close())
	}
	return err
}
