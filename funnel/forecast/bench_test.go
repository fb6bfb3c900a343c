package forecast_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// BenchmarkForecast fits and forecasts the loan applications at one origin (bar: 1.0 s).
func BenchmarkForecast(b *testing.B) {
	book := loans(b)
	at := date(b, "2012-01-09")
	s := book.At(b2b.View{At: at, Known: at})
	b.Run("bpi12 one origin, 1000 draws", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := settings(30, forecast.Off, forecast.Off, forecast.Off)
			c.Draws, c.Workers = 1000, 1
			m, err := forecast.Fit(context.Background(), s, c)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Forecast(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBacktest runs all windows of the reference, all kernels, 300 draws (bar: 6 s in all; the reference took 24 s).
func BenchmarkBacktest(b *testing.B) {
	every := func(from string, step, n int) []time.Time {
		out := make([]time.Time, n)
		for i := range out {
			out[i] = date(b, from).AddDate(0, 0, step*i)
		}
		return out
	}
	monthly := func(n int) []time.Time {
		out := make([]time.Time, n)
		for i := range out {
			out[i] = time.Date(2017, time.Month(6+i), 1, 0, 0, 0, 0, time.UTC)
		}
		return out
	}
	loan, crm, lead := loans(b), opportunities(b), leads(b)
	windows := []struct {
		book    *funnel.Book
		horizon int
		origins []time.Time
	}{
		{loan, 14, weekly(b, "2011-11-07", 17)},
		{loan, 30, weekly(b, "2011-11-07", 15)},
		{loan, 60, weekly(b, "2011-11-07", 10)},
		{crm, 30, monthly(7)},
		{crm, 90, monthly(5)},
		{lead, 30, every("2018-02-01", 15, 11)},
		{lead, 60, every("2018-02-01", 15, 11)},
	}
	b.Run("all windows, all kernels, 300 draws", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, w := range windows {
				c := settings(w.horizon, forecast.Off, forecast.Off, forecast.Off)
				c.Workers = 1
				backtest(b, w.book, forecast.BacktestConfig{Forecast: c, Origins: w.origins})
			}
		}
	})
}

// BenchmarkRevenueLaw computes the exact law of pipelines (bars: 0.05 s for 1e3 deals, 0.5 s for 1e4).
func BenchmarkRevenueLaw(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		rng := rand.New(rand.NewPCG(1, 1))
		amounts, p := make([]int64, n), make([]float64, n)
		for i := range amounts {
			amounts[i] = int64(1+rng.IntN(200)) * 500_00 // 500 to 100,000
			p[i] = rng.Float64() * .6
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := forecast.RevenueLaw(amounts, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFit shows how the cost of a fit grows with the number of deals.
func BenchmarkFit(b *testing.B) {
	for _, n := range []int{100, 10000, 200000} {
		book := history(n)
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n)
		s := book.At(b2b.View{At: at, Known: at})
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := settings(30, forecast.Off, forecast.Off, forecast.Off)
				if _, err := forecast.Fit(context.Background(), s, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
