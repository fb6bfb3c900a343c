package company

import "strings"

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// ordinary words occur in the names of many companies and say little about which one is meant.
//
//nolint:misspell // words of many languages
var ordinary = set(`
advies advisory advisors agencies agency agentur associates bank banking beheer beheermaatschappij beteiligung beteiligungs
bedrijf bedrijven bouw building business businesses capital care centre center centrum chemicals construction consultancy consultants
consulting contracting corporate design development developments digital dienst diensten distribution electronics electric
energy engineering enterprise enterprises equipment europe european exploitatie exploitatiemaatschappij export fashion finance financial foods
food fund funds gesellschaft global group groep groupe gruppe gruppo grupo handel handels handelsonderneming healthcare health holding
holdings holdco home hotel house immobilien import industrial industrie industries industry installatie instruments insurance international
internationale internationaal intl invest investment investments import joint lab laboratories labs lease leasing logistics logistik machinery maintenance makelaars
management manufacturing marine market marketing materials media medical metal metals motor motors national nederland nederlandse networks office
oil onderneming online onroerend goed packaging participatie participaties partner partners partnership plastics power print production productions products
products project projects properties property real estate realty research resources retail sales security serv service services shipping shop software
solution solutions staal steel store stores supplies supply support system systems tech technics technik technologies technology telecom textiles
trade trading transport travel trust uitzendbureau union van vastgoed ventures verwaltung verwaltungs verzekeringen wholesale works world worldwide`)

// short forms of ordinary words, and other spellings of them.
var expansions = pairs(`
intl international int'l international internat international mfg manufacturing mfr manufacturing manuf manufacturing eng engineering engg engineering engr engineering
svcs services svc services serv services srvcs services tech technology technol technology log logistics logist logistics
pkg packaging chem chemicals chems chemicals txt textiles text textiles tex textiles instr instruments inst instruments plas plastics
mgmt management mgt management grp group hldgs holdings hldg holdings hld holding hold holding dev development devt development
assoc associates assocs associates bros brothers ind industries inds industries indus industries natl national nat'l national
govt government dept department univ university labs laboratories lab laboratory sys systems syst systems sol solutions solns solutions
fin financial finl financial ins insurance inv investments invs investments invest investments prop properties props properties
trans transport transp transport dist distribution distr distribution elec electric electr electronics equip equipment
constr construction const construction cons consulting consult consulting ent enterprises entp enterprises prod products prods products
ctr centre center centre org organization organisation organization organisations organizations labour labor
ned nederland nl nederland adv advies admin administratie handelsond handelsonderneming gebr gebroeders fa firma
mtrs motors mot motors foodstuffs foods phar pharmaceuticals pharm pharmaceuticals pharma pharmaceuticals`)

// usExpansions: two-word forms of countries in names.
var initialsOf = pairs(`us unitedstates usa unitedstates uk unitedkingdom un unitednations eu europeanunion uae unitedarabemirates`)

func pairs(words string) map[string]string {
	m := map[string]string{}
	f := strings.Fields(words)
	for i := 0; i+1 < len(f); i += 2 {
		m[strings.ReplaceAll(f[i], "'", "")] = f[i+1]
	}
	return m
}

// small words carry nothing: articles and prepositions of the usual languages. They are dropped from keys.
var small = set(`the de het der den des la le les of for du da do dos das voor ten ter te in op a an`)

var connectives = set(`and und et en y e og och ve i und`)

// places that trail company names: countries and a few regions, in folded form.
var places = set(`
nederland netherlands holland belgium belgie belgique deutschland germany france espana spain italia italy portugal polska poland
sweden sverige norge norway denmark danmark finland suomi schweiz suisse svizzera switzerland osterreich austria luxembourg ireland
britain england scotland wales uk us usa america canada mexico brasil brazil chile argentina peru colombia china japan korea india
singapore malaysia indonesia thailand vietnam taiwan australia russia turkey turkiye greece hungary romania bulgaria czech
ukraine israel egypt asia africa benelux iberia nordic scandinavia emea apac unitedstates unitedkingdom hongkong dubai london
estonia latvia lithuania croatia serbia slovenia slovakia cyprus malta iceland philippines pakistan nigeria kenya chad armenia ethiopia`)

// cardinal and ordinal words from 0 to 20 in English, Dutch, German and French.
var numberWords = numbers(`
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig
nulde eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende vijftiende zestiende zeventiende achttiende negentiende twintigste
null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig
nullte erste zweite dritte vierte funfte sechste siebte achte neunte zehnte elfte zwolfte dreizehnte vierzehnte funfzehnte sechzehnte siebzehnte achtzehnte neunzehnte zwanzigste
zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit dixneuf vingt
zeroieme premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme douzieme treizieme quatorzieme quinzieme seizieme dixseptieme dixhuitieme dixneuvieme vingtieme`)

// tens in English, which may take a unit: forty four.
//
//nolint:misspell // a usual misspelling is meant
var tens = map[string]int{"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

func numbers(lines string) map[string]int {
	m := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		for i, w := range strings.Fields(line) {
			if _, ok := m[w]; !ok {
				m[w] = i
			}
		}
	}
	for _, w := range []string{"een", "un", "second"} { // articles, and a word with another meaning
		delete(m, w)
	}
	return m
}

var romans = map[string]int{
	"ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
	"xiii": 13, "xiv": 14, "xv": 15, "xvi": 16, "xvii": 17, "xviii": 18, "xix": 19, "xx": 20,
}
