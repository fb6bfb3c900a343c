package company

import (
	"strings"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Class is the kind of a legal form. It is a closed enumeration; zero is [UnknownClass].
type Class uint8

// The classes of legal forms.
const (
	UnknownClass Class = iota
	PrivateLimited
	PublicLimited
	Partnership
	SoleTrader
	Foundation
	Association
	Cooperative
	OtherClass
)

var classes = enum.New[Class]("legal form class", "unknown", "private_limited", "public_limited", "partnership", "sole_trader",
	"foundation", "association", "cooperative", "other")

// String returns the name of the class.
func (c Class) String() string { return classes.String(c) }

// Form is a legal form: its canonical short name, its class and the countries that use it, upper case with blanks between.
type Form struct {
	Name      string
	Class     Class
	Countries string
}

// Generic forms (company, corporation) say little about the class.
func (f Form) generic() bool { return f.Class == OtherClass }

// formTable: class | canonical | countries | aliases in folded form, dots between single letters already joined.
//
//nolint:misspell // words of many languages
const formTable = `
P|bv|NL BE|bv;besloten vennootschap;besloten vennootschap met beperkte aansprakelijkheid;bvba;besloten vennootschap met beperkte aansprakelijkheid bvba
U|nv|NL BE|nv;naamloze vennootschap
R|vof|NL|vof;vennootschap onder firma;v o f
R|cv|NL BE|cv;commanditaire vennootschap;comm v;commv
S|eenmanszaak|NL BE|eenmanszaak
R|maatschap|NL|maatschap;mts
F|stichting|NL|stichting;sti
A|vereniging|NL|vereniging
K|cooperatie|NL|cooperatie;cooperatieve vereniging;coop;ua;wa;cooperatie ua;cooperatief ua;cvba
U|sa|BE FR LU CH ES PT PL|sa;societe anonyme;sociedad anonima;sociedade anonima;societa anonima;spolka akcyjna
P|srl|BE IT RO|srl;sprl;societe a responsabilite limitee;societa a responsabilita limitata;societatea cu raspundere limitata;societate cu raspundere limitata;sociedad de responsabilidad limitada;srls
A|vzw|BE|vzw;asbl;association sans but lucratif;vereniging zonder winstoogmerk
P|gmbh|DE AT CH|gmbh;mbh;gesellschaft mit beschrankter haftung;gesellschaft mbh;ges mbh;gesmbh;g mbh;ggmbh
U|ag|DE AT CH|ag;aktiengesellschaft;akg;aktiengeselschaft
P|ug|DE|ug;unternehmergesellschaft;ug haftungsbeschrankt
R|kg|DE AT|kg;kommanditgesellschaft
R|gmbhcokg|DE AT|gmbh & co kg;gmbh & co;gmbh co kg;gmbh & co kgaa;ag & co kg
U|kgaa|DE|kgaa;kommanditgesellschaft auf aktien
R|ohg|DE AT|ohg;og;offene handelsgesellschaft
R|gbr|DE|gbr;gesellschaft burgerlichen rechts
S|ek|DE|ek;e k;eingetragener kaufmann;einzelunternehmen
A|ev|DE|ev;eingetragener verein
K|eg|DE|eg;eingetragene genossenschaft;genossenschaft
F|stiftung|DE AT CH|stiftung
P|ltd|GB IE AU NZ IN HK SG CA ZA|ltd;limited;ltda;private limited;private ltd;private limited company;company limited;company ltd;co ltd;co limited;limited company;ltd co;co inc ltd;corp ltd;corporation limited
P|pty|AU ZA|pty ltd;pty limited;pty;proprietary limited;proprietary ltd
P|pvt|IN PK LK|pvt ltd;pvt limited;pvt;pte ltd;pte limited;pte;private ltd
U|plc|GB IE|plc;public limited company;public ltd company;public limited co
R|llp|GB US IN|llp;limited liability partnership
R|lp|US GB CA|lp;limited partnership;l p
P|llc|US|llc;limited liability company;limited liability co;ltd liability company;ltd liability co;lc
U|inc|US CA|inc;incorporated;incorporation
U|corp|US CA|corp;corporation;corporate
O|co|US GB|co;company;& co;and company;& company;cie;& cie;compagnie
U|na|US|na;national association
P|cic|GB|cic;community interest company
P|unlimited|IE GB|unlimited;unlimited company;uc
P|dac|IE|dac;designated activity company
A|clg|IE GB|clg;company limited by guarantee
U|sas|FR IT CO|sas;societe par actions simplifiee;sasu;sociedad por acciones simplificada;spas
P|sarl|FR LU CH|sarl;s a r l;sarlau;eurl;societe a responsabilite limitee unipersonnelle
R|sci|FR|sci;societe civile immobiliere
R|snc|FR IT|snc;societe en nom collectif;societa in nome collettivo
R|scs|FR LU|scs;societe en commandite simple;scsp
U|sca|FR LU|sca;societe en commandite par actions
R|gie|FR|gie
P|sl|ES|sl;slu;sociedad limitada;s l;sll;slne
U|sau|ES|sau
K|sccl|ES|sccl;s coop;sociedad cooperativa
U|spa|IT CL|spa;societa per azioni;sapa
P|scarl|IT|scarl;scrl;soc coop;societa cooperativa
P|lda|PT|lda;limitada;unipessoal lda;sociedade por quotas
P|aps|DK|aps;anpartsselskab;ivs
U|as|DK NO CZ SK TR|as;aktieselskab;aksjeselskap;akciova spolecnost;akciova spolocnost;anonim sirketi
R|is|DK|i s;interessentskab;k s
U|asa|NO|asa;allmennaksjeselskap
S|enk|NO|enk;enkeltpersonforetak
U|ab|SE FI|ab;aktiebolag;aktiebolaget;ab publ;publ
R|hb|SE|hb;handelsbolag;kb;kommanditbolag
K|ekfor|SE|ek for;ekonomisk forening
P|oy|FI|oy;osakeyhtio;oy ab;ltd oy
U|oyj|FI|oyj;julkinen osakeyhtio;oyj abp;abp
R|ky|FI|ky;kommandiittiyhtio;tmi
P|spzoo|PL|sp z oo;sp zoo;spolka z oo;spolka z ograniczona odpowiedzialnoscia;spzoo;sp z o o;spolka zoo
R|spk|PL|sp k;spolka komandytowa;spk;sp j;spj;spolka jawna
P|sro|CZ SK|sro;spol s ro;spol sro;spolecnost s rucenim omezenym;spolocnost s rucenim obmedzenym
R|ks|CZ SK|ks;vos
P|kft|HU|kft;korlatolt felelossegu tarsasag
U|zrt|HU|zrt;nyrt;zartkoruen mukodo reszvenytarsasag;rt
R|bt|HU|bt;beteti tarsasag
P|eood|BG|eood;ood;еоод;оод
U|ad|BG RS|ad;ead;ад;еад
P|doo|HR SI RS BA ME MK|doo;drustvo s ogranicenom odgovornoscu;dooel
U|dd|HR SI|dd
P|uab|LT|uab;uzdaroji akcine bendrove
P|sia|LV|sia;sabiedriba ar ierobezotu atbildibu
P|ou|EE|ou;osauhing
U|ae|GR CY|ae;anonymi etaireia;αε
P|epe|GR|epe;ike;εε;επε;ικε
P|ltdsti|TR|ltd sti;limited sirketi;sti;san tic ltd sti;tic ltd sti;san ve tic ltd sti
P|ooo|RU|ooo;ооо;obshchestvo s ogranichennoi otvetstvennostyu;obschestvo s ogranichennoy otvetstvennostyu;общество с ограниченнои ответственностью
U|ao|RU KZ|ao;ао;jsc;joint stock company;jointstock company;joint stock co;aktsionernoe obshchestvo;акционерное общество
U|pao|RU|pao;пао;pjsc;public joint stock company;публичное акционерное общество
U|oao|RU|oao;оао;ojsc;open joint stock company;открытое акционерное общество
U|zao|RU|zao;зао;cjsc;closed joint stock company;закрытое акционерное общество
S|ip|RU|ип;индивидуальныи предприниматель
A|ano|RU|ano;ано
P|tov|UA|tov;тов;товариство з обмеженою відповідальністю
U|pat|UA|pat;пат;prat;прат
U|kk|JP|kk;kabushiki kaisha;kabushiki gaisha;kabushikigaisha;株式会社;株式會社
P|gk|JP|godo kaisha;gk;合同会社;yugen kaisha;有限会社
P|cnltd|CN TW HK|有限公司;youxian gongsi;有限责任公司
U|cnco|CN|股份有限公司;gufen youxian gongsi
U|krco|KR|주식회사;jusik hoesa;chusik hoesa
P|bhd|MY BN|sdn bhd;sendirian berhad;sdn berhad
U|berhad|MY|bhd;berhad
P|pt|ID|pt;perseroan terbatas
U|tbk|ID|tbk;pt tbk
U|pcl|TH|pcl;public company limited
P|jvc|VN|tnhh;cong ty tnhh;cong ty co phan
P|ltdabr|BR|ltda me;eireli
U|sadecv|MX|sa de cv;s de rl de cv;sapi de cv;sab de cv;de cv;s de rl
P|limitada|CL CO|limitada
U|se|EU|se;societas europaea
R|eeig|EU|eeig;evig;ewiv;geie
P|fze|AE|fze;fzco;fz llc;fzc;dmcc
U|psc|AE QA|psc;qsc;pqsc
P|wll|BH QA KW|wll
P|bsc|BH|bsc;kscp;ksc;saog;saoc
P|ccza|ZA|close corporation
U|sae|EG LB|sae;sal
R|firma|NL DE BE|firma;fa
S|dba|US GB|sole trader;sole proprietor;sole proprietorship
F|foundation|GB US|foundation
A|association|GB US|association;assn
F|trust|GB US|charitable trust`

var classLetters = map[byte]Class{
	'P': PrivateLimited, 'U': PublicLimited, 'R': Partnership, 'S': SoleTrader, 'F': Foundation,
	'A': Association, 'K': Cooperative, 'O': OtherClass,
}

// alias is one spelling of a form, as words.
type alias struct {
	words []string
	form  *Form
}

// byLast and byFirst hold the aliases under their last and first words, longest first; equal lengths in table order.
var byLast, byFirst = indexForms()

func indexForms() (last, first map[string][]alias) {
	last, first = map[string][]alias{}, map[string][]alias{}
	insert := func(m map[string][]alias, key string, a alias) {
		list := m[key]
		i := 0
		for i < len(list) && len(list[i].words) >= len(a.words) {
			i++
		}
		list = append(list, alias{})
		copy(list[i+1:], list[i:])
		list[i] = a
		m[key] = list
	}
	for line := range strings.SplitSeq(strings.TrimSpace(formTable), "\n") {
		part := strings.Split(line, "|")
		f := &Form{Name: part[1], Class: classLetters[part[0][0]], Countries: part[2]}
		for text := range strings.SplitSeq(part[3], ";") {
			a := alias{words: strings.Fields(text), form: f}
			insert(last, a.words[len(a.words)-1], a)
			insert(first, a.words[0], a)
		}
	}
	return last, first
}

// glued are forms that people write onto the word before them: SiemensAG.
var glued = [...]string{"gmbh", "AG", "BV", "NV", "Ltd", "LLC", "Inc", "GmbH"}
