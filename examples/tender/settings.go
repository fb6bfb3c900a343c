package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/touchpoint"
)

// settings are the business's own data about itself: rules, catalogue, maps, pipeline and what it knows of the group. A
// folder that lacks one of the files gets the sample's.
type settings struct {
	rules     stitch.Rules
	catalogue *touchpoint.Catalogue
	maps      []*journey.Map
	pipeline  *funnel.Pipeline
	group     groupFile
}

// groupFile is what the business knows, or assumes, of how a group decides.
type groupFile struct {
	Alternatives []struct {
		ID        string `json:"id"`
		Ours      bool   `json:"ours"`
		StatusQuo bool   `json:"status_quo"`
	} `json:"alternatives"`
	Interests []struct {
		Role     b2b.SeatID `json:"role"`
		Weight   float64    `json:"weight"`
		Criteria []struct {
			Criterion string  `json:"criterion"`
			Weight    float64 `json:"weight"`
		} `json:"criteria"`
	} `json:"interests"`
	Performance []struct {
		Criterion string    `json:"criterion"`
		Scores    []float64 `json:"scores"`
	} `json:"performance"`
	Beta      float64 `json:"beta"`
	Outsiders []struct {
		Account    string    `json:"account"`
		ID         string    `json:"id"`
		Kind       string    `json:"kind"`
		Preference []float64 `json:"preference"`
		Edges      []struct {
			Role   b2b.SeatID `json:"role"`
			Weight float64    `json:"weight"`
		} `json:"edges"`
	} `json:"outsiders"`
	Needs []struct {
		Persona string    `json:"persona"`
		Phase   b2b.Phase `json:"phase"`
		Topic   string    `json:"topic"`
		Weight  float64   `json:"weight"`
	} `json:"needs"`
}

// readSettings reads the settings files; all their problems come in one error.
func readSettings(f *folder) (*settings, error) {
	s := &settings{}
	var problems b2b.Problems
	read := func(name string, use func([]byte) error) {
		data, err := f.json(name)
		if err == nil {
			err = use(data)
		}
		if err != nil {
			problems.Join(name, err)
		}
	}
	read("rules.json", func(data []byte) (err error) {
		if f.has(organisationsFile) && !f.has("rules.json") {
			s.rules = organisationRules()
			return nil
		}
		s.rules, err = stitch.ParseRules(data)
		return err
	})
	read("touchpoints.json", func(data []byte) error {
		s.catalogue = new(touchpoint.Catalogue)
		return s.catalogue.UnmarshalJSON(data)
	})
	read("maps.json", func(data []byte) error { return json.Unmarshal(data, &s.maps) })
	read("pipeline.json", func(data []byte) (err error) {
		config := loanPipeline()
		if !f.has(loanFile) {
			config = funnel.PipelineConfig{}
			err = strict(data, &config)
		}
		if err == nil {
			s.pipeline, err = funnel.NewPipeline(config)
		}
		return err
	})
	read("group.json", func(data []byte) error { return strict(data, &s.group) })
	return s, problems.Err()
}

// strict decodes JSON in which an unknown key is a mistake.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("not the expected JSON: %w", err)
	}
	return nil
}
