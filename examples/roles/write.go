package main

import (
	"encoding/csv"
	"io"
	"strings"
	"text/tabwriter"
)

// rowWriter writes rows as comma-separated values or as aligned text.
type rowWriter struct {
	csv  *csv.Writer
	text *tabwriter.Writer
	err  error
}

func newWriter(w io.Writer, format string) *rowWriter {
	if format == "text" {
		return &rowWriter{text: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	}
	return &rowWriter{csv: csv.NewWriter(w)}
}

var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

func (w *rowWriter) row(cells []string) {
	if w.err != nil {
		return
	}
	if w.csv != nil {
		w.err = w.csv.Write(cells)
		return
	}
	for i, c := range cells {
		end := "\t"
		if i == len(cells)-1 {
			end = "\n"
		}
		if _, w.err = io.WriteString(w.text, oneLine.Replace(c)+end); w.err != nil {
			return
		}
	}
}

func (w *rowWriter) close() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	if w.err == nil {
		w.err = w.text.Flush()
	}
	return w.err
}
