"""What people type when help cannot wait, in the languages of the form."""

# ruff: noqa: RUF001 - letters that look alike are what people type

from collections import Counter
from pathlib import Path

import pytest
import yaml

from helpdesk.playbooks.danger_detector import NEAR_DANGER
from helpdesk.playbooks.danger_signs import DangerPhrase, DangerPhraseMatcher, DangerSign
from helpdesk.playbooks.repository import danger_detector, load_current_library
from helpdesk.settings import LANGUAGES

JUDGED = Path(__file__).parents[2] / "playbooks" / "tests"
DANGERS = yaml.safe_load((JUDGED / "dangers" / "judged.yml").read_text())

# Sentences of the issue and of people, none of them a phrase of the file.
SAID = [
    ("suicide", DangerSign.DESPAIR),
    ("I just want to DIE, they posted everything", DangerSign.DESPAIR),
    ("i cant take it anymore, everybody has seen it", DangerSign.DESPAIR),
    ("she wants more money, i cant take it any more", DangerSign.DESPAIR),
    ("I paid twice already and I just want to end it", DangerSign.DESPAIR),
    ("ya no puedo más con esto", DangerSign.DESPAIR),
    ("je n'en peux plus de tout ça", DangerSign.DESPAIR),
    ("لا أريد أن أعيش بعد اليوم", DangerSign.DESPAIR),
    ("eu não aguento mais isso tudo", DangerSign.DESPAIR),
    ("he hits me", DangerSign.HOME),
    ("My husband always hits me when he reads my messages", DangerSign.HOME),
    ("mi pareja me pega y revisa mi teléfono", DangerSign.HOME),
    ("mon mari me frappe", DangerSign.HOME),
    ("زوجي يضربني ويفتش هاتفي", DangerSign.HOME),
    ("meu namorado me bate", DangerSign.HOME),
    ("two men are at our door and want the laptops", DangerSign.DOOR),
    ("la policía está en mi puerta", DangerSign.DOOR),
    ("la police est devant chez moi", DangerSign.DOOR),
    ("الشرطة على الباب", DangerSign.DOOR),
    ("eles estão na minha porta", DangerSign.DOOR),
    ("I'm 14 and he has my pictures", DangerSign.CHILD),
    ("tengo 15 años y me chantajean", DangerSign.CHILD),
    ("j'ai 13 ans", DangerSign.CHILD),
    ("minha filha está em perigo", DangerSign.CHILD),
    ("عمري ١٤ سنة", DangerSign.CHILD),
]
NOTHING_OF_THE_KIND = [
    "",
    "my account was hacked",
    "they hit our website with a lot of traffic",
    "I died laughing, but now our page is gone",
    "we have 15 accounts and one was taken",
    "nos robaron la cuenta de la organización",
    "notre site est bloqué",
    "اخترقوا حسابي",
    "clonaram meu whatsapp",
    "They took it this morning.",
    "They took it.\nOn Monday.",
]

# As they type it who leave out apostrophes, accents and the word "years".
MINORS = [
    "im 16",
    "im 16.",
    "i am 17",
    "I am 17 and he wont stop",
    "im a minor",
    "i'm a minor",
    "16 yo girl",
    "16yo",
    "im sixteen",
    "i'm fifteen",
    "im only 15",
    "im just 14 pls help",
    "im under 18",
    "i'm underage",
    "im 16 he says hell post it",
    "she is 15 and he has her nudes",
    "my friend is 14 and someone has her pics",
    "im in 9th grade",
    "im in year 10 and a guy from snap wants pics",
    "still in high school and he has my nudes",
    "i turn 17 next month",
    "f16 need help",
    "my age is 15",
    "tengo 16",
    "tengo 16 y un tipo me chantajea",
    "tengo quince años",
    "tengo 17 anos",
    "soy menor",
    "soy menor de edad",
    "soy chica de 15",
    "tengo 15 me pide fotos",
    "cumplo 16 en mayo",
    "voy en segundo de secundaria y un señor me pide pack",
    "tengo dieciseis",
    "soy una niña",
    "jai 15 ans",
    "j ai 16 ans",
    "g 15 ans",
    "j'ai seize ans",
    "je suis mineure",
    "chui mineur",
    "suis au collège et un mec a mes nudes",
    "j'ai que 14 ans",
    "j'ai 16ans",
    "fille de 15 ans ici",
    "j'ai 17",
    "عمري 16",
    "عمري ١٦ سنه",
    "انا عمري 17 وخايفة",
    "عندي 15 سنة",
    "عندي ١٦ سنه",
    "انا قاصر",
    "انا قاصره",
    "عمري ستة عشر",
    "عمري ۱۶",
    "انا بنت 15 سنة",
    "لسا تحت ال18",
    "عمري خمستاشر سنة",
    "3omri 16",
    "ana 3omri 15",
    "tenho 16",
    "tenho 16 e um cara ta me chantageando",
    "tenho quinze anos",
    "sou menor",
    "sou de menor",
    "dimenor",
    "tenho 17anos",
    "to com 15 anos",
    "tenho dezesseis",
    "sou menina de 14",
    "faço 16 mes que vem",
    "tenho 15 ele quer mais fotos",
]
# A child who fears what parents will learn is a child, not somebody beaten at home.
AFRAID_OF_PARENTS = [
    "do my parents have to find out??",
    "will you tell my parents",
    "my dad cant know",
    "i dont want my parents to know",
    "my mum doesnt know yet",
    "my parents will be so angry if they find out",
    "mi papa no puede enterarse",
    "no quiero que mis papás se enteren",
    "mis padres tienen que saber?",
    "mes parents vont le savoir ?",
    "je veux pas que mes parents le sachent",
    "ما بدي اهلي يعرفوا",
    "رح تحكوا لاهلي؟",
    "nao quero que meus pais saibam",
    "minha mãe não pode saber",
    "meus pais vao ficar sabendo?",
]
# Without apostrophes and accents, with slips, and in Latin letters.
HIT_AT_HOME = [
    "he hits me",
    "my dad hits me",
    "if my dad finds out hell kill me",
    "si mi papa se entera me mata",
    "si mon pere l'apprend il me tue",
    "اذا ابوي عرف رح يقتلني",
    "se meu pai souber ele me mata",
    "my boyfriend took my phone and wont let me out",
    "mi papá me pega",
    "mi marido me pega",
    "mon pere me frappe",
    "mon mari ma frappé",
    "mon copain ma étranglée",
    "il ma frappee",
    "ابوي بيضربني",
    "جوزى ضربنى",
    "زوجى بيضربنى",
    "jozi bydrobni",
    "meu pai me bate",
    "meu marido me bateu",
    "he hit me",
    "hes hitting me",
    "my husband beats me up",
    "he chocked me",
    "he choked me",
    "she hits me",
    "hes gonna kill me if i leave",
    "scared of my husband",
    "hides my passport and wont let me leave",
]
# As it is typed in a hurry.
IN_DESPAIR = [
    "i cant stop crying",
    "i wanna die",
    "i want to kms",
    "i want to end my life",
    "i wanna kill myself",
    "i dont want to live anymore",
    "i dont wanna be here anymore",
    "unalive myself",
    "i cant do this anymore",
    "cant go on",
    "no point living",
    "im gonna end it tonight",
    "i feel like dying",
    "i want to disappear forever",
    "suicidal",
    "ya no quiero vivir",
    "me quiero morir",
    "me kiero matar",
    "no puedo parar de llorar",
    "no aguanto mas",
    "ya no puedo mas",
    "quiero desaparecer",
    "jai envie de mourir",
    "jveux mourir",
    "j'ai envie d'en finir",
    "je veux plus vivre",
    "jen peux plus",
    "j'arrête pas de pleurer",
    "envie de me foutre en l'air",
    "بدي موت",
    "بدي اموت",
    "عايزة اموت",
    "نفسي اموت",
    "مابدي عيش",
    "مش قادرة اكمل",
    "ما عم اقدر وقف بكي",
    "بفكر انتحر",
    "ابغى اموت",
    "بغيت نموت",
    "quero morrer",
    "qro morrer",
    "nao aguento mais",
    "n aguento mais",
    "to sem forças pra viver",
    "vou me matar",
    "nao paro de chorar",
    "quero sumir",
    "nao quero mais viver",
]
# As it is typed in a hurry.
AT_THE_DOOR = [
    "theyre at the door",
    "police outside rn",
    "someones at my door",
    "they r breaking in",
    "theres men outside my house",
    "cops are here",
    "policia afuera",
    "estan afuera de mi casa",
    "tan tocando la puerta",
    "la policia esta en la puerta",
    "ya llegaron",
    "stan en la puerta",
    "y a la police devant chez moi",
    "ils sont la",
    "les flics sont en bas",
    "ils sont devant la porte",
    "الشرطه على الباب",
    "عالباب",
    "الامن تحت البيت",
    "في حدا عم يدق الباب",
    "البوليس قدام الدار",
    "tem gente na porta",
    "a policia ta aqui",
    "tao na porta",
    "a pm ta na minha casa",
    "tao aqui fora",
]
# Numbers, relatives, doors and deaths that are no danger.
CALM = [
    "tell my mum what to do with her hacked account",
    "mi mamá no sabe qué hacer con su facebook hackeado",
    "dites à mon collègue de changer le mot de passe",
    "minha mãe não sabe o que fazer com o facebook invadido",
    "falar com meu banco sobre o golpe",
    "im 15 minutes away from the office",
    "i am 12 km from the border",
    "we are 15 people in the group",
    "im on page 16 of the form",
    "im one of 12 admins",
    "i'm getting 17 calls a day",
    "im missing 15 files",
    "i have 16 accounts",
    "our page has 17 k followers",
    "tengo 16 cuentas y una fue robada",
    "tengo 12 llamadas perdidas",
    "tenho 15 contas",
    "tenho 12 emails estranhos",
    "j'ai 15 mails bizarres",
    "j'ai perdu 10 ans de travail",
    "j'ai 16 comptes",
    "عندي 15 حساب",
    "عندي 12 رسالة غريبة",
    "my parents lost their phone",
    "my mothers facebook was hacked",
    "i cant stop the ads on my phone",
    "i cant stop the emails",
    "i want to end the subscription",
    "kill the process",
    "the server died",
    "my phone died",
    "hit by ransomware",
    "google hit our page with a strike",
    "they broke into our website",
    "someone at the office clicked a link",
    "the police website is down",
    "mi papá perdió su celular",
    "mis padres recibieron un correo raro",
    "el sitio de la policía no abre",
    "mi hija perdió el celular",
    "mon père a perdu son tel",
    "mes parents ont reçu un sms bizarre",
    "le site est mort",
    "mon telephone est mort",
    "تلفوني مات",
    "ابوي ضاع تلفونه",
    "اهلي وصلهم رابط غريب",
    "بدي اعرف كيف احمي حسابي",
    "meu pai caiu num golpe",
    "meus pais receberam um link",
    "meu celular morreu",
    "o site morreu",
    "quero sumir com meus dados da internet",
    "i want to disappear from google",
    "my son clicked a link",
    "my daughter lost her phone",
    "we run a school and our site is down",
    "at 16 30 my account was hacked",
    "since the 16th i cant log in",
    "someone has been in my account since 15 may",
    "my husband lost his phone",
    "mi esposo perdió la compu",
    "ma femme a perdu son telephone",
    "زوجي ضاع جواله",
    "meu marido perdeu o celular",
    "my boss will kill me if the site is not back",
    "i left my phone at the door of the bar",
    "dejé el celular en la puerta del banco",
    "perdi o celular na porta do banco",
    "j'ai oublié mon tel à la porte du métro",
    "we have a raid array that failed",
    "they knocked our server offline",
    "my followers from 13 countries",
    "im an admin of 15 pages",
]
IN_A_HURRY = [
    *((said, DangerSign.CHILD) for said in (*MINORS, *AFRAID_OF_PARENTS)),
    *((said, DangerSign.HOME) for said in HIT_AT_HOME),
    *((said, DangerSign.DESPAIR) for said in IN_DESPAIR),
    *((said, DangerSign.DOOR) for said in AT_THE_DOOR),
]


@pytest.mark.parametrize(("said", "sign"), [*SAID, *IN_A_HURRY])
def test_a_sign_is_seen_in_peoples_own_words(said, sign):
    assert sign in danger_detector().signs_in(said)


@pytest.mark.parametrize("said", [*NOTHING_OF_THE_KIND, *CALM])
def test_other_trouble_shows_none(said):
    assert danger_detector().signs_in(said) == ()


def test_either_apostrophe_shows_the_same_signs():
    typed = [one["says"] for one in DANGERS if set(one["says"]) & set("'’")]

    assert len(typed) > 10
    for said in typed:
        straight, curly = said.replace("’", "'"), said.replace("'", "’")
        assert danger_detector().signs_in(straight) == danger_detector().signs_in(curly), said


def test_a_sign_is_seen_deep_in_a_long_story():
    story = "They wrote to all of our members again and again. " * 100 + "I want to kill myself."

    assert danger_detector().signs_in(story) == (DangerSign.DESPAIR,)


def test_the_words_of_a_phrase_must_stand_near_each_other():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.HOME, "en", "hits me")])

    assert phrases.signs_in("hits and then always beats me") == ()
    assert phrases.signs_in("me hits") == ()
    assert phrases.signs_in("hits only poor me") == (DangerSign.HOME,)


def test_a_word_of_a_phrase_may_be_one_of_several_and_end_in_any_way():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.HOME, "en", "slap*/beats me")])

    assert phrases.signs_in("he slapped me") == (DangerSign.HOME,)
    assert phrases.signs_in("he beats me") == (DangerSign.HOME,)
    assert phrases.signs_in("beaten by me") == ()
    assert phrases.signs_in("laps me") == ()


@pytest.mark.parametrize("said", AFRAID_OF_PARENTS)
def test_who_fears_what_parents_will_learn_is_not_asked_about_violence_at_home(said):
    assert DangerSign.HOME not in danger_detector().signs_in(said)
    assert DangerSign.HOME not in danger_detector().signs_in(f"he said at 9pm. {said}")


def test_a_word_may_have_to_come_right_after_another_or_not_at_all():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.CHILD, "en", "i'm +16/17 -minutes/km")])

    assert phrases.signs_in("i'm 16") == phrases.signs_in("im 17 he knows") == (DangerSign.CHILD,)
    assert phrases.signs_in("im 16. minutes ago he wrote") == (DangerSign.CHILD,)
    assert phrases.signs_in("im 16 minutes away") == phrases.signs_in("im on page 16") == ()


def test_a_sentence_may_have_to_end_there():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.CHILD, "es", "tengo +16 +./y")])

    for said in ("tengo 16", "tengo 16. ayuda", "tengo 16, ayuda", "tengo 16 y miedo"):
        assert phrases.signs_in(said) == (DangerSign.CHILD,), said
    assert phrases.signs_in("tengo 16 cuentas") == ()


def test_an_age_may_be_written_together_with_the_word_after_it():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.CHILD, "fr", "j'ai +15 +ans")])

    assert phrases.signs_in("jai 15ans") == (DangerSign.CHILD,)


def test_what_people_say_in_danger_is_seen_in_words_that_were_not_foreseen():
    seen = Counter(one["sign"] for one in DANGERS if danger_detector().signs_in(one["says"]))
    said = Counter(one["sign"] for one in DANGERS)

    assert set(said) == set(DangerSign)
    assert len(DANGERS) >= 60
    assert {sign: seen[sign] / said[sign] >= 0.9 for sign in said} == dict.fromkeys(said, True)


def test_ordinary_trouble_seldom_brings_the_words_of_the_crisis_page():
    files = [JUDGED / "searches" / "judged" / f"{language}.yml" for language in LANGUAGES]
    sentences = [one for file in files for one in yaml.safe_load(file.read_text())]
    calm = [one["says"] for one in sentences if not NEAR_DANGER & {*one["types"]}]

    false = sum(bool(danger_detector().signs_in(said)) for said in calm)

    assert len(calm) >= 200
    assert false / len(calm) <= 0.04


def test_no_sentence_of_danger_is_both_learnt_and_judged():
    learnt = {one.text.casefold() for one in load_current_library().danger_signs}

    assert not learnt & {one["says"].casefold() for one in DANGERS}


def test_kinds_near_danger_are_kinds():
    assert {page.id for page in load_current_library().playbooks} >= NEAR_DANGER


def test_every_sign_has_words_in_every_language():
    said = {(one.sign, one.language) for one in load_current_library().danger_signs}

    assert said == {(sign, language) for sign in DangerSign for language in LANGUAGES}


# What people told in their own words, and what only sounds like it: là is not la, and who is
# threatened by strangers thinks of no suicide.
TOLD_IN_WALKS = [
    ("door", "two men followed me home from the office and are still outside"),
    (
        "door",
        "There's a car with people in it parked outside my flat and they keep looking up at my "
        "window",
    ),
    ("door", "someone is trying to get into my building right now"),
    ("door", "they came last night and are outside again"),
    ("door", "saben dónde vivo y van a venir"),
    ("door", "hay dos hombres en la entrada del edificio y no se van"),
    ("door", "unos tipos en una camioneta están afuera desde hace una hora"),
    ("door", "están abajo esperando que salga"),
    ("door", "deux hommes sont en bas de chez moi et ne partent pas"),
    ("door", "une voiture est garée devant l'immeuble depuis ce matin, ils me surveillent"),
    ("door", "ils sont devant la maison en ce moment"),
    ("door", "dois homens estão parados na frente do meu prédio"),
    ("door", "eles estão lá fora esperando eu sair"),
    ("door", "um carro está rondando a minha casa agora"),
    ("door", "رجلان يقفان أمام البناية ولا يذهبان"),
    ("door", "في سيارة واقفة تحت البيت من ساعة"),
    ("door", "هم في الخارج الآن"),
    ("", "On est là depuis dix ans et notre page a disparu, la publication est partie"),
    ("", "La page de l'association, celle-là, a été piratée et on ne peut plus entrer"),
    ("", "le mot de passe ne marche plus, il y a quelqu'un là-dedans"),
    ("", "quelqu'un est entré dans la messagerie et frappe nos contacts de faux messages"),
    ("", "strangers on the internet are threatening to kill me and post my address"),
    ("", "people I don't know send me death threats every day on Twitter"),
    ("", "un desconocido me amenaza con matarme por Facebook"),
    ("", "gente que no conozco me escribe que me van a matar"),
    ("", "des inconnus me menacent de mort sur Twitter"),
    ("", "um desconhecido ameaça me matar pelo Instagram"),
    ("", "غرباء يهددونني بالقتل على فيسبوك"),
    ("", "our website is down and visitors see an error"),
    ("", "they broke into our email account and sent invoices"),
    ("", "entraron en mi cuenta de correo y cambiaron la clave"),
    ("", "hackers hit our site again tonight"),
    ("home", "my ex knows everything I write and said he will hurt me"),
    ("home", "mon mari lit mes messages et me frappe"),
    ("home", "زوجي يقرأ رسائلي ويضربني"),
    ("despair", "I can't do this any more, I want it all to stop"),
    ("despair", "no le veo salida a nada, quisiera desaparecer"),
    ("despair", "je voudrais disparaître, je n'en peux plus"),
    ("despair", "queria sumir, não vejo saída"),
    ("despair", "ما عدت أقدر أتحمل، أريد أن أختفي"),
    ("", "je ne peux plus ouvrir la page de la mairie ni la nôtre"),
    ("", "ils sont dans la liste des administrateurs"),
    ("", "ils sont sur la page depuis hier"),
    ("", "la police est la seule à avoir le dossier"),
    ("", "un inconnu menace de me tuer par messages"),
    ("", "quieren hacerme daño publicando mis fotos"),
    ("", "they work outside the country now"),
    ("", "meu computador ficou lá fora na chuva"),
    ("", "i followed the link home page and typed my password"),
    ("door", "police followed me home and are outside"),
    ("door", "ils sont là maintenant, devant l'immeuble"),
    ("door", "ils sont là"),
    ("despair", "pienso en matarme"),
    ("despair", "quiero hacerme daño"),
    ("despair", "j'ai envie de me faire du mal"),
    ("despair", "penso em me matar"),
    ("despair", "às vezes penso em me machucar"),
    ("despair", "je pense à me tuer"),
]


@pytest.mark.parametrize(("sign", "said"), TOLD_IN_WALKS)
def test_what_was_told_shows_its_sign_and_no_other(sign, said):
    assert danger_detector().signs_in(said) == ((DangerSign(sign),) if sign else ())


# The same in each language: who is at the door or on the way, violence at home, despair, and what
# only sounds like it: strangers’ threats, trolls, locks and visits of a site.
IN_EACH_LANGUAGE = {
    "en": [
        ("door", "police are in the stairwell and they are asking for me"),
        ("door", "men in plain clothes are ringing my doorbell and won't leave"),
        ("door", "there are three guys waiting downstairs at the entrance of my building"),
        ("door", "a car has been following me since I left the court and it is behind me now"),
        ("door", "they know where I live and said they are coming tonight"),
        ("door", "soldiers are going from house to house in my street right now"),
        ("door", "they are trying to break down our office door"),
        ("home", "my husband checks my phone every night and hits me"),
        ("home", "my boyfriend said he will kill me if I leave"),
        ("despair", "I don't want to live any more"),
        ("despair", "I have been thinking about ending it all"),
        ("", "someone guessed my password and changed the email of the account"),
        ("", "trolls keep writing that I should be ashamed"),
        ("", "our landlord changed the lock on the office and the server is inside"),
        ("", "I am locked out of the account since last night"),
        ("", "the police asked Facebook for our data"),
        ("", "a stranger online says he will find me and hurt me"),
        ("", "visitors cannot get in, the page hangs at the door of the login"),
        ("", "our website got hit by a flood of visits"),
    ],
    "es": [
        ("door", "la policía está en la puerta y no sé si abrir"),
        ("door", "hay una patrulla parada afuera de mi casa y están preguntando por mí"),
        ("door", "dos tipos me siguieron hasta mi casa y siguen ahí afuera"),
        ("door", "están golpeando la puerta de la oficina"),
        ("door", "dijeron que esta noche vienen por mí"),
        ("door", "un auto me viene siguiendo desde el juzgado"),
        ("door", "hay soldados entrando a las casas de mi calle"),
        ("home", "mi marido me pega y me revisa el celular"),
        ("home", "mi novio dice que me va a matar si lo dejo"),
        ("despair", "ya no quiero vivir"),
        ("despair", "he pensado en acabar con todo"),
        ("", "alguien adivinó mi contraseña y cambió el correo"),
        ("", "un troll me escribe que debería darme vergüenza"),
        ("", "perdimos el acceso a la página desde anoche"),
        ("", "la policía pidió nuestros datos a Facebook"),
        ("", "un desconocido por internet dice que me va a encontrar y me va a hacer daño"),
        ("", "la página no abre y los visitantes no pueden entrar"),
        ("", "vienen muchas visitas a nuestro sitio y se cae"),
        ("", "me llegan mensajes de que van a cerrar la cuenta"),
    ],
    "fr": [
        ("door", "la police est devant ma porte et je ne sais pas si je dois ouvrir"),
        ("door", "il y a des hommes en civil dans la cage d'escalier qui me cherchent"),
        ("door", "deux types m'ont suivie jusqu'à chez moi et sont encore en bas"),
        ("door", "ils frappent à la porte du bureau"),
        ("door", "ils ont dit qu'ils viendraient me chercher ce soir"),
        ("door", "une voiture me suit depuis le tribunal"),
        ("door", "des soldats fouillent les maisons de ma rue en ce moment"),
        ("home", "mon copain dit qu'il va me tuer si je pars"),
        ("home", "mon mari me bat et fouille mon téléphone"),
        ("despair", "je n'ai plus envie de vivre"),
        ("despair", "je pense à en finir"),
        ("", "quelqu'un a deviné mon mot de passe et a changé l'adresse"),
        ("", "un troll m'écrit que je devrais avoir honte"),
        ("", "nous n'avons plus accès à la page depuis hier soir"),
        ("", "la police a demandé nos données à Facebook"),
        ("", "un inconnu sur internet dit qu'il va me retrouver et me faire du mal"),
        ("", "le site ne s'ouvre plus et les visiteurs ne peuvent pas entrer"),
        ("", "cette personne-là a créé un faux profil de moi, et là elle écrit à mes amis"),
        ("", "voilà, le compte est suspendu et on ne sait pas pourquoi"),
    ],
    "ar": [
        ("door", "الشرطة على الباب ولا أعرف هل أفتح"),
        ("door", "هناك رجال بلباس مدني أسفل العمارة يسألون عني"),
        ("door", "لحقني رجلان إلى البيت وما زالا في الخارج"),
        ("door", "يطرقون باب المكتب الآن"),
        ("door", "قالوا إنهم سيأتون الليلة ليأخذوني"),
        ("door", "سيارة تلاحقني منذ خرجت من المحكمة"),
        ("door", "الجنود يفتشون البيوت في شارعنا الآن"),
        ("home", "زوجي يضربني ويفتش هاتفي"),
        ("home", "صديقي قال إنه سيقتلني إذا تركته"),
        ("despair", "لا أريد أن أعيش بعد الآن"),
        ("despair", "أفكر في إنهاء حياتي"),
        ("", "شخص ما خمّن كلمة المرور وغيّر البريد"),
        ("", "متنمر يكتب لي أنني يجب أن أخجل"),
        ("", "فقدنا الدخول إلى الصفحة منذ أمس"),
        ("", "طلبت الشرطة بياناتنا من فيسبوك"),
        ("", "شخص مجهول على الإنترنت يقول إنه سيجدني ويؤذيني"),
        ("", "الموقع لا يفتح والزوار لا يستطيعون الدخول"),
        ("", "توقف الحساب ولا نعرف السبب"),
        ("", "تصلنا زيارات كثيرة إلى موقعنا فيتوقف"),
    ],
    "pt": [
        ("door", "a polícia está na porta e não sei se abro"),
        ("door", "tem uns homens à paisana na entrada do prédio perguntando por mim"),
        ("door", "dois caras me seguiram até em casa e ainda estão lá fora"),
        ("door", "estão batendo na porta do escritório"),
        ("door", "disseram que vêm me buscar hoje à noite"),
        ("door", "um carro está me seguindo desde o fórum"),
        ("door", "soldados estão entrando nas casas da minha rua"),
        ("home", "meu marido me bate e mexe no meu celular"),
        ("home", "meu namorado disse que vai me matar se eu for embora"),
        ("despair", "não quero mais viver"),
        ("despair", "tenho pensado em acabar com tudo"),
        ("", "alguém adivinhou minha senha e trocou o e-mail"),
        ("", "um troll escreve que eu devia ter vergonha"),
        ("", "perdemos o acesso à página desde ontem à noite"),
        ("", "a polícia pediu nossos dados ao Facebook"),
        ("", "um desconhecido na internet diz que vai me achar e me machucar"),
        ("", "o site não abre e os visitantes não conseguem entrar"),
        ("", "estamos fora do ar e a página lá da associação sumiu"),
        ("", "chegam muitas visitas ao nosso site e ele cai"),
    ],
}


@pytest.mark.parametrize(
    ("language", "sign", "said"),
    [(language, *one) for language, told in IN_EACH_LANGUAGE.items() for one in told],
)
def test_danger_is_read_alike_in_each_language_and_what_sounds_like_it_is_none(
    language, sign, said
):
    assert len(IN_EACH_LANGUAGE[language]) >= 15
    assert danger_detector().signs_in(said) == ((DangerSign(sign),) if sign else ())
