package stitch

import "github.com/buyerjourney/b2b/internal/company"

// companyKey returns the form of a company name under which spellings of one name meet: without its legal form.
func companyKey(name, country string) string { return company.Key(name, country) }
