// Forecast reads the stage histories of deals and says what will be sold, with an interval that the past supports.
//
//	forecast -in history.csv -horizon 90d                     the forecast as JSON
//	forecast -in history.csv -horizon 30d -backtest 20        and how it would have done at 20 times in the past
//	forecast -in deals.csv -format deals -out deals-csv       one row per open deal
//
// A history has the columns deal, stage, entered_at and optionally left_at, amount, currency, outcome, recorded_at,
// account, segment, owner, source, close_date, probability, category: one row per entry into a stage. A table of deals has
// the columns deal, created, closed, stage, amount and optionally currency, outcome: one row per deal.
//
// Exit codes: 0 done, whatever the verdict; 1 a file cannot be read; 2 usage; 3 no usable row; 4 the data do not bear a
// forecast.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

const program = "forecast"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// settings is what the flags say.
type settings struct {
	in, format, pipeline, rates, weights, out, as, rejects string
	asOf, from, horizon, base                              string
	zone                                                   *time.Location
	levels                                                 []float64
	wins, revenue, fresh                                   bool
	season                                                 forecast.Season
	halfLife                                               forecast.HalfLife
	backtest, draws, workers                               int
	every                                                  time.Duration
	seed                                                   uint64
}

func parse(args []string, stderr io.Writer) (s settings, code int, ok bool) {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	fs.StringVar(&s.in, "in", "", "input `FILE` (default: standard input)")
	fs.StringVar(&s.format, "format", "auto", "input: auto, history or deals")
	fs.StringVar(&s.pipeline, "pipeline", "", "pipeline as JSON `FILE` (default: found from the stages)")
	fs.StringVar(&s.asOf, "asof", "", "as of `TIME` (default: the latest time in the data)")
	fs.StringVar(&s.horizon, "horizon", "90d", "30d, 12w, 3mo or quarter")
	fs.StringVar(&s.from, "from", "", "`TIME` at which the observation began")
	zone := fs.String("zone", "UTC", "zone of days and of times without one")
	cli.Alias(fs, "zone", "tz")
	levels := fs.String("levels", "0.5,0.8,0.95", "levels of the intervals")
	cli.Alias(fs, "levels", "level")
	unit := fs.String("unit", "both", "wins, revenue or both")
	fs.BoolVar(&s.fresh, "new", true, "forecast deals that are not yet there, too")
	season := fs.String("season", "auto", "auto, off or month-of-quarter")
	half := fs.String("halflife", "auto", "auto, off or an age such as 45d")
	cli.Alias(fs, "halflife", "half-life")
	fs.StringVar(&s.base, "base", "", "currency of all sums (default: that of the deals)")
	fs.StringVar(&s.rates, "rates", "", "`FILE` with the columns currency, date, rate: units of the base currency for one")
	fs.StringVar(&s.weights, "weights", "", "`FILE` with the columns stage, probability: hand-set, for comparison")
	fs.IntVar(&s.backtest, "backtest", 0, "number of past times at which to test; 0 is none")
	every := fs.String("every", "7d", "distance between those times")
	fs.IntVar(&s.draws, "draws", 1000, "number of futures to draw")
	fs.Uint64Var(&s.seed, "seed", 1, "seed of the draws")
	fs.IntVar(&s.workers, "workers", 1, "number of goroutines; the output does not hang on it")
	fs.StringVar(&s.out, "out", "json", "json, csv or deals-csv on standard output, or a `FILE`")
	fs.StringVar(&s.as, "as", "json", "output format where -out is a file: json, csv or deals-csv")
	fs.StringVar(&s.rejects, "rejects", "", "`FILE` for rows that could not be used")
	if code, ok := cli.Parse(fs, args, stderr); !ok {
		return s, code, false
	}
	var p b2b.Problems
	var err error
	if s.zone, err = cli.ParseZone(*zone); err != nil {
		p.Add("-zone", err.Error())
	}
	if s.levels, err = cli.ParseFloats(*levels); err != nil {
		p.Add("-levels", err.Error())
	}
	for _, l := range s.levels {
		if l <= 0 || l >= 1 {
			p.Add("-levels", "outside (0,1)")
		}
	}
	s.wins, s.revenue = *unit != "revenue", *unit != "wins"
	if !slices.Contains([]string{"wins", "revenue", "both"}, *unit) {
		p.Add("-unit", "want wins, revenue or both")
	}
	if !slices.Contains([]string{"auto", "history", "deals"}, s.format) {
		p.Add("-format", "want auto, history or deals")
	}
	switch *season {
	case "auto":
	case "off":
		s.season.Mode = forecast.Off
	case "month-of-quarter":
		s.season.Mode = forecast.On
	default:
		p.Add("-season", "want auto, off or month-of-quarter")
	}
	switch *half {
	case "auto":
	case "off":
		s.halfLife.Mode = forecast.Off
	default:
		s.halfLife.Mode = forecast.On
		if s.halfLife.Value, err = cli.ParseDuration(*half); err != nil || s.halfLife.Value < time.Hour {
			p.Add("-halflife", "want auto, off or an age of at least an hour")
		}
	}
	if s.every, err = cli.ParseDuration(*every); err != nil || s.every < time.Hour {
		p.Add("-every", "want an age of at least an hour")
	}
	if s.backtest < 0 || s.backtest > 10000 {
		p.Add("-backtest", "outside 0..10000")
	}
	if s.draws < 1 || s.draws > 1<<20 {
		p.Add("-draws", "outside 1..1048576")
	}
	if s.workers < 0 {
		p.Add("-workers", "negative")
	}
	if s.base != "" {
		if _, err := b2b.NewMoney(0, s.base); err != nil {
			p.Add("-base", "not an ISO 4217 code")
		}
		s.base = strings.ToUpper(s.base)
	}
	if formats := []string{"json", "csv", "deals-csv"}; slices.Contains(formats, s.out) {
		s.out, s.as = "", s.out
	} else if !slices.Contains(formats, s.as) {
		p.Add("-as", "want json, csv or deals-csv")
	}
	for _, t := range []struct{ name, text string }{{"-asof", s.asOf}, {"-from", s.from}} {
		if t.text == "" {
			continue
		}
		if _, _, err := cli.ParseTime(t.text, s.zone); err != nil {
			p.Add(t.name, err.Error())
		}
	}
	if _, err := horizonEnd(s.horizon, time.Unix(0, 0), time.UTC); err != nil {
		p.Add("-horizon", err.Error())
	}
	if err := p.Err(); err != nil {
		return s, cli.Fail(stderr, program, cli.Usage, err), false
	}
	return s, cli.Done, true
}

// horizonEnd returns the end of the horizon: an age, a number of calendar months, or the end of the calendar quarter.
func horizonEnd(text string, asOf time.Time, zone *time.Location) (time.Time, error) {
	local := asOf.In(zone)
	if text == "quarter" {
		return quarterStart(asOf, zone).In(zone).AddDate(0, 3, 0).UTC(), nil
	}
	if months, ok := strings.CutSuffix(text, "mo"); ok {
		n, err := strconv.Atoi(months)
		if err != nil || n < 1 || n > 120 {
			return time.Time{}, errors.New("want a number of months from 1 to 120")
		}
		end := local.AddDate(0, n, 0)
		if end.Day() != local.Day() { // a month that is too short ends on its last day
			end = end.AddDate(0, 0, -end.Day())
		}
		return end.UTC(), nil
	}
	d, err := cli.ParseDuration(text)
	if err != nil {
		return time.Time{}, err
	}
	if d < time.Hour || d > 100*365*24*time.Hour {
		return time.Time{}, errors.New("want an hour to a hundred years")
	}
	return asOf.Add(d), nil
}

func quarterStart(asOf time.Time, zone *time.Location) time.Time {
	y, m, _ := asOf.In(zone).Date()
	return time.Date(y, (m-1)/3*3+1, 1, 0, 0, 0, 0, zone).UTC()
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, code, ok := parse(args, stderr)
	if !ok {
		return code
	}
	fail := func(code int, err error) int { return cli.Fail(stderr, program, code, err) }
	data, err := load(s, stdin)
	if err != nil {
		return fail(cli.Unusable, err)
	}
	if err := data.rejects.WriteFile(s.rejects); err != nil {
		return fail(cli.Unusable, err)
	}
	if len(data.rows) == 0 {
		for _, r := range data.rejects.All() {
			fmt.Fprintf(stderr, "%s: line %d: %s\n", program, r.Line, r.Reason)
		}
		return fail(cli.NoRow, errors.New("no usable row"))
	}
	o, code, err := answer(s, data, cli.NewProgress(stderr, "origins"))
	if err != nil {
		return fail(code, err)
	}
	w, err := cli.Create(s.out, stdout)
	if err != nil {
		return fail(cli.Unusable, err)
	}
	if err := errors.Join(o.write(w, s), w.Close()); err != nil {
		return fail(cli.Unusable, err)
	}
	cli.Counts(stderr, "rows", data.read, "rejected", data.rejects.Count(), "deals", o.Deals, "open", o.Open)
	return code
}

// answer makes the forecast, and the back-test if one is asked for.
func answer(s settings, data *table, progress *cli.Progress) (*output, int, error) {
	book, err := data.book()
	if err != nil {
		return nil, cli.Unusable, err
	}
	asOf := data.latest
	if s.asOf != "" {
		asOf, _, _ = cli.ParseTime(s.asOf, s.zone) // checked with the flags
	} else {
		data.note("as of the latest time in the data, " + asOf.Format(time.RFC3339Nano))
	}
	end, err := horizonEnd(s.horizon, asOf, s.zone)
	if err != nil {
		return nil, cli.Usage, err
	}
	state := book.At(b2b.View{At: asOf, Known: asOf})
	o := newOutput(s, data, state, asOf, end)
	if n := len(data.currencies); n > 1 && s.base == "" {
		o.refuse(&forecast.RefusedError{Reasons: []string{"deals of several currencies need -base and -rates: " + strings.Join(slices.Sorted(maps.Keys(data.currencies)), ", ")}})
		return o, cli.Refused, nil
	}
	ctx := context.Background()
	config := forecast.Config{
		Horizon: end.Sub(asOf), Levels: s.levels, HalfLife: s.halfLife, Season: s.season, Base: data.base(), Rates: data.rates,
		Weights: data.weights, Draws: s.draws, Workers: s.workers, Source: cli.Seed(s.seed),
	}
	if s.fresh {
		config.NewBusiness = forecast.On
	}
	if s.horizon == "quarter" {
		config.BookedFrom = quarterStart(asOf, s.zone)
	}
	if before := asOf.Add(-config.Horizon); before.After(data.first) {
		config.Quoted = book.At(b2b.View{At: before, Known: before})
	}
	if s.backtest > 0 {
		past := forecast.BacktestConfig{Forecast: config, AsOf: asOf, Every: s.every, Count: s.backtest}
		past.Forecast.Levels = withLevel(s.levels, 0.8)
		past.Warmup = leastPast + int((config.Horizon+s.every-1)/s.every)
		past.Forecast.Progress = progress.Of
		report, err := forecast.Backtest(ctx, book, past)
		progress.Done()
		if err != nil {
			return nil, cli.Usage, err
		}
		o.setBacktest(&report)
		config.Past = &report
		config.Source = cli.Seed(s.seed)
	}
	model, err := forecast.Fit(ctx, state, config)
	if refused, ok := errors.AsType[*forecast.RefusedError](err); ok {
		o.refuse(refused)
		return o, cli.Refused, nil
	}
	if err != nil {
		return nil, cli.Usage, err
	}
	f, err := model.Forecast(ctx)
	if err != nil {
		return nil, cli.Unusable, err
	}
	o.setForecast(f)
	return o, cli.Done, nil
}

// leastPast is the number of resolved origins from which settings are chosen: as many lie before the first one that is shown.
const leastPast = 6

func withLevel(levels []float64, level float64) []float64 {
	if slices.Contains(levels, level) {
		return levels
	}
	return append(slices.Clone(levels), level)
}

var unspaced = strings.NewReplacer(" ", "", "-", "", "_", "")

// terminal tells the outcome of a stage that is named for one.
func terminal(stage string) (funnel.Outcome, bool) {
	switch unspaced.Replace(strings.ToLower(stage)) {
	case "won", "closedwon":
		return funnel.Won, true
	case "lost", "closedlost", "declined":
		return funnel.Lost, true
	case "cancelled":
		return funnel.NoDecision, true
	case "disqualified":
		return funnel.Disqualified, true
	}
	return funnel.UnknownOutcome, false
}
