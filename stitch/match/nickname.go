package match

import "strings"

// nicknames: a given name and its usual short forms, one group a line. Two names match if they share a group.
const nicknames = `
abigail abby gail
albert al bert bertie
alexander alex alec sandy xander sascha
alexandra alex sandra lexi alexa
alfred al fred alfie
amanda mandy
andrew andy drew andre andreas
angela angie
anne ann anna annie nancy hanna hannah
anthony tony anton ant
antonia toni tonya
arthur art artie
barbara barb babs barbie
bartholomew bart
benjamin ben benny benji
bernard bernie
beverly bev
bridget biddy bridie
caroline carol carrie caro
catherine cathy kathy kate katie kathryn katherine cat kit kitty kay trina
charles charlie chuck chas karel karl carl
charlotte lottie charlie lotte
christina chris tina christine christie kirsten
christopher chris kit topher kris
cornelius cor kees neil
cynthia cindy
daniel dan danny
david dave davey
deborah deb debbie debra
dennis denny
diana di diane
donald don donny
dorothy dot dottie dolly dora
edward ed eddie ted teddy ned eduard
eleanor ellie nell nora elly leonora
elizabeth liz beth betty bess lizzie eliza lisa elsie libby betsy elisabeth elise lies
emily em emmy
emma em emmy
eugene gene
evelyn eve evie
florence flo florrie
frances fran fanny frankie francie
francis frank frankie frans
frederick fred freddy freddie frits frederic
gabriel gabe
george georgie joris
gerald gerry jerry
gerard ger gerrit gerry
geoffrey geoff jeff jeffrey
gregory greg
gwendolyn gwen
harold harry hal
helen nell ellen lena nellie ella
hendrik henk rik
henry harry hank hal henri hendrik
herbert herb bert
howard howie
hubert bert huub
hugh hughie hugo
isaac ike
isabella bella izzy isabel belle
jacob jake jack jaap jakob
jacqueline jackie
james jim jimmy jamie jem
jane janie jenny jean
janet jan
jeremiah jerry jeremy
jennifer jen jenny
jessica jess jessie
joan joanie
johannes jan hans joop johan
john jack johnny jon
jonathan jon johnny jonny nathan
joseph joe joey jo jos jef
joshua josh
judith judy
julia julie jules
justin jus
katherine kate kathy katie kitty kay kath
kenneth ken kenny
kimberly kim
laura laurie lori
lawrence larry laurie lars laurens
leonard leo len lenny
leslie les
lewis lew louis lou louie
lillian lily lil
louise lou lulu
lucy lucia
margaret maggie meg peggy marge margie greta madge rita daisy may margot
maria mary marie mia mieke miep
martha marty mattie patty
martin marty maarten
mary molly polly mamie may marie maria
matilda tilly mattie maud
matthew matt matty matthias
maximilian max
maurice moe morris
melissa mel missy lissa
michael mike mick mickey micky mitch michiel
mildred millie
mohammed mohamed muhammad mohammad mo
nathaniel nat nathan nate
nicholas nick nicky klaas nico nicolas
nicole nicky nikki
oliver ollie
olivia liv livvy
pamela pam
patricia pat patty trish tricia patsy
patrick pat paddy rick
peter pete piet pieter
philip phil pip
phyllis phyl
priscilla cilla
rachel rae
ralph rafe
raymond ray
rebecca becky becca
reginald reg reggie
richard rick dick rich ricky richie
robert rob bob bobby robbie bert robin
roberta bobbie robbie
rodney rod
roger rodge hodge
roland rollo roly
ronald ron ronnie
rosemary rose rosie
rudolf rudy
russell russ
samantha sam sammy
samuel sam sammy
sarah sally sadie sara
sebastian seb bas bastian
sidney sid
simon sim
stanley stan
stephanie steph steffi
stephen steve stevie steven stef
susan sue suzie susie suzanne susanna
sylvester sly
terence terry
teresa terry tess tessa theresa tracy
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias toby
valentine val
valerie val
veronica ronnie vera
victor vic
victoria vicky tori
vincent vin vince vinnie
virginia ginny
walter walt wally wat wouter
wilhelmina mina wilma minnie billie
willem wim pim bill
william bill will billy willy liam wim
winifred winnie freda
zachary zach zack`

var nicknameOf = indexNicknames()

func indexNicknames() map[string][]uint32 {
	m := map[string][]uint32{}
	id := uint32(0)
	for line := range strings.SplitSeq(strings.TrimSpace(nicknames), "\n") {
		for w := range strings.FieldsSeq(line) {
			m[w] = append(m[w], id)
		}
		id++
	}
	return m
}

// nicknameGroups returns the groups of the first word of a given name, ascending.
func nicknameGroups(name string) []uint32 {
	w, _, _ := strings.Cut(name, " ")
	return nicknameOf[w]
}
