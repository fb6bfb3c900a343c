package stitch

import "strings"

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// freeMail lists domains where anybody can have a mailbox.
var freeMail = set(`
gmail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com icloud.com me.com mac.com aol.com aim.com
gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de mail.de posteo.de online.de
outlook.de outlook.fr outlook.es outlook.it outlook.be hotmail.nl hotmail.be hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.co.uk
live.nl live.be live.de live.fr live.it live.co.uk yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.co.in yahoo.co.jp yahoo.com.br
protonmail.com proton.me pm.me tutanota.com tuta.io fastmail.com fastmail.fm hushmail.com zoho.com mailfence.com runbox.com startmail.com
ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl home.nl upcmail.nl chello.nl quicknet.nl casema.nl zonnet.nl tele2.nl solcon.nl caiway.nl
telenet.be skynet.be proximus.be scarlet.be voo.be pandora.be
orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr
libero.it virgilio.it alice.it tiscali.it tin.it
btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com blueyonder.co.uk
bluewin.ch sunrise.ch telia.com bredband.net online.no wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz freemail.hu citromail.hu abv.bg
mail.ru yandex.ru yandex.com rambler.ru bk.ru inbox.ru list.ru ukr.net
qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net rediffmail.com
comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com mail.com email.com usa.net
uol.com.br bol.com.br terra.com.br bigpond.com optusnet.com.au xtra.co.nz`)

// disposable lists domains of mailboxes that live for minutes.
var disposable = set(`
mailinator.com guerrillamail.com guerrillamail.net 10minutemail.com temp-mail.org tempmail.com yopmail.com yopmail.fr throwawaymail.com
sharklasers.com trashmail.com trashmail.de getnada.com dispostable.com maildrop.cc mintemail.com mohmal.com fakeinbox.com emailondeck.com
spamgourmet.com mailnesia.com tempinbox.com wegwerfmail.de einrot.com moakt.com mytemp.email burnermail.io spam4.me grr.la`)

// roleMailbox lists local parts that belong to a function, not to a person.
var roleMailbox = set(`
abuse accounting accounts accountspayable ap ar admin administratie administration administrator aanvraag bestelling bestellingen billing board
boekhouding booking bookings buchhaltung careers compliance contact contactus crediteuren customercare customerservice debiteuren directie
einkauf enquiries enquiry events export facturatie factuur facturen feedback finance financien finanzen fragen frontdesk gdpr hallo hello
help helpdesk hi hostmaster hr import info inbox information inkoop inquiries invoice invoices it jobs kantoor klantenservice kontakt
legal logistics mail mailbox marketing media news newsletter no-reply noreply office offertes order orders personeelszaken planning
postmaster pr presse press privacy procurement purchase purchasing reception recruitment rechnung rekeningen reservations root
sales security secretariaat secretariat sekretariat service servicedesk shop subscribe support team tender tenders verkauf verkoop vertrieb
webmaster website welkom zentrale`)

// sharedHost lists sites on which many companies have a page.
var sharedHost = set(`
facebook.com linkedin.com instagram.com twitter.com x.com youtube.com xing.com google.com goo.gl bit.ly linktr.ee medium.com github.com
tripadvisor.com yelp.com etsy.com ebay.com amazon.com marktplaats.nl wikipedia.org`)
