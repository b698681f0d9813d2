#include "tests/unit/app_driver.hpp"

#include "shared/i18n/catalogue.hpp"

#include <set>

using namespace walkin;
using namespace walkin::test;
using i18n::Language;

TEST_CASE("a visit in English: from the greeting to the number") {
  AppDriver kiosk;
  CHECK(std::get<StartView>(kiosk.model().view).greetings[0] == "Hello.");
  kiosk.touch("Get help");
  CHECK(kiosk.title() == "Who are you?");
  CHECK(kiosk.model().progress->text.view() == "Step 1 of 6");
  CHECK_FALSE(kiosk.can_touch("Continue"));
  kiosk.touch("E-mail");
  CHECK(kiosk.title() == "What is your e-mail?");
  CHECK(kiosk.model().keyboard->kind == KeyboardKind::mail);
  kiosk.type("marta.ruiz@company.com");
  kiosk.touch("Continue");
  CHECK(kiosk.title() == "What is it about?");
  CHECK(kiosk.model().progress->done == 2);
  kiosk.touch("Computer");
  CHECK(kiosk.title() == "Which computer?");
  CHECK_FALSE(kiosk.model().keyboard);
  kiosk.touch("Number on the label");
  kiosk.type("PC-20418");
  kiosk.touch("Done"); // the keyboard closes, the choices are there
  CHECK(kiosk.page() == PageId::computer);
  kiosk.touch("Windows");
  kiosk.touch("16\u00A0GB");
  kiosk.touch("Continue");
  CHECK(kiosk.title() == "What is happening?");
  CHECK(kiosk.model().progress->text.view() == "Step 4 of 6");
  kiosk.insert("It won't start");
  kiosk.touch("Continue");
  kiosk.touch("I can’t work");
  kiosk.touch("My team");
  kiosk.touch("Continue");
  CHECK(kiosk.title() == "And if it waits until tomorrow?");
  CHECK(kiosk.model().progress->text.view() == "Step 5 of 6");
  kiosk.touch("Something important stops");
  CHECK(kiosk.title() == "Is everything right?");
  CHECK(kiosk.model().progress->text.view() == "Step 6 of 6");
  CHECK(kiosk.review("We answer by e-mail") == "marta.ruiz@company.com");
  CHECK(kiosk.review("It is about") == "Computer");
  CHECK(kiosk.review("Your computer") == "PC-20418, Windows, 16\u00A0GB");
  CHECK(kiosk.review("What happens") == "“It won't start”");
  CHECK(kiosk.review("How serious") == "Can’t work, my team");
  kiosk.touch("Send, get my number");
  CHECK(kiosk.page() == PageId::sending);

  const domain::Registration& sent = kiosk.sent().registration;
  CHECK(sent.contact.email == "marta.ruiz@company.com");
  CHECK(sent.contact.preferred == "email");
  CHECK(sent.contact.language == "en");
  CHECK(sent.channel == domain::Channel::walk_in);
  CHECK(sent.category == domain::Category::computer);
  CHECK(sent.computer.asset_tag == "PC-20418");
  CHECK(sent.computer.os == "Windows");
  CHECK(sent.computer.memory_mb == 16384);
  CHECK(sent.description == "It won't start");
  CHECK(sent.severity == domain::Degree::high);
  CHECK(sent.affected == domain::Affected::team);
  CHECK(sent.consequence == domain::Degree::high);

  kiosk.saved("LB-0042-K", "A12", "https://desk.example/t/LB-0042-K");
  REQUIRE(kiosk.page() == PageId::number);
  const Model shown = kiosk.model();
  const auto& number = std::get<NumberView>(shown.view);
  CHECK(shown.title == "You are in the queue");
  CHECK(number.number == "A12");
  CHECK(number.code == "LB-0042-K");
  CHECK(number.corner.view() == "9:42");
  CHECK(number.follow == "Scan to follow it on your phone");
  CHECK(number.spoken_number.view() == "A 12");
  CHECK_FALSE(shown.footer.back);
  kiosk.touch("Done");
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("a visit in Spanish, by telephone and about one") {
  AppDriver kiosk(Language::es);
  kiosk.touch("Pedir ayuda");
  CHECK(kiosk.title() == "¿Quién es usted?");
  kiosk.touch("Teléfono");
  CHECK(kiosk.model().keyboard->kind == KeyboardKind::number);
  kiosk.type("+34 600 123 456");
  kiosk.touch("Continuar");
  kiosk.touch("Teléfono");
  CHECK(kiosk.title() == "¿Qué teléfono es?");
  kiosk.touch("Número o extensión");
  kiosk.type("4217");
  kiosk.touch("Listo");
  kiosk.touch("Sí");
  kiosk.touch("Continuar");
  kiosk.insert("No oigo los mensajes");
  kiosk.touch("Continuar");
  kiosk.touch("Puede esperar");
  kiosk.touch("Continuar");
  kiosk.touch("No pasa nada");
  CHECK(kiosk.review("Le respondemos por teléfono") == "+34 600 123 456");
  CHECK(kiosk.review("Su teléfono") == "4217, buzón de voz");
  CHECK(kiosk.review("Qué pasa") == "«No oigo los mensajes»");
  kiosk.touch("Enviar y pedir turno");
  const auto& sent = kiosk.sent().registration;
  CHECK(sent.contact.phone == "+34 600 123 456");
  CHECK(sent.contact.language == "es");
  CHECK(sent.telephone.extension == "4217");
  CHECK(sent.telephone.number.empty());
  CHECK(sent.telephone.voicemail == domain::Value(true));
  CHECK(sent.computer.os.empty());
  kiosk.saved();
  CHECK(kiosk.title() == "Ya está en la cola");
}

TEST_CASE("a visit in Norwegian, of a guest") {
  AppDriver kiosk(Language::nb);
  kiosk.touch("Få hjelp");
  kiosk.touch("Jeg er gjest");
  CHECK(kiosk.field(Field::guest_name).focused);
  kiosk.insert("Åse Ødegård");
  kiosk.touch("Fortsett"); // on to the way to be reached, with nothing said to be wrong
  CHECK(kiosk.page() == PageId::who_fields);
  CHECK(kiosk.field(Field::email).focused);
  CHECK_FALSE(kiosk.field(Field::email).problem);
  kiosk.touch("Telefon");
  CHECK(kiosk.field(Field::phone).focused);
  kiosk.type("912 34 567");
  kiosk.touch("Fortsett");
  kiosk.touch("Skriver");
  CHECK(kiosk.title() == "Hva er det som skjer?"); // no details of a printer are asked for
  CHECK(kiosk.model().progress->text.view() == "Trinn 3 av 5");
  kiosk.touch("Fortsett");
  kiosk.touch("Fortsett");
  kiosk.touch("Det vet jeg ikke");
  CHECK(kiosk.review("Deg") == "Åse Ødegård");
  CHECK(kiosk.review("Vi svarer på telefon") == "912 34 567");
  CHECK(kiosk.review("Hva som skjer") == "Ikke oppgitt");
  kiosk.touch("Send og få nummer");
  const auto& sent = kiosk.sent().registration;
  CHECK(sent.contact.name == "Åse Ødegård");
  CHECK(sent.contact.phone == "912 34 567");
  CHECK(sent.contact.email.empty());
  CHECK_FALSE(sent.severity);
  CHECK_FALSE(sent.consequence);
}

TEST_CASE("back leads through the pages in turn, and what was answered is still there") {
  AppDriver kiosk;
  kiosk.to_review();
  std::vector<PageId> seen;
  while (kiosk.page() != PageId::start && seen.size() < 20) {
    seen.push_back(kiosk.page());
    if (kiosk.page() == PageId::about) CHECK(kiosk.is_selected("Account"));
    if (kiosk.page() == PageId::consequence) CHECK(kiosk.is_selected("I can’t tell"));
    if (kiosk.page() == PageId::who_fields) CHECK(kiosk.field(Field::email).text == "ana@company.com");
    if (kiosk.page() == PageId::who) break;
    kiosk.touch("Back");
  }
  CHECK(seen == std::vector{PageId::review, PageId::consequence, PageId::serious, PageId::words,
                            PageId::about, PageId::who_fields, PageId::who});
  kiosk.touch("Back"); // would lose what was told: asks first
  CHECK(kiosk.model().dialog->kind == DialogKind::leave);
  kiosk.touch("Keep going");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::who_fields);
}

TEST_CASE("Change returns to the review after one page, by Continue and by Back") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("What happens > Change");
  kiosk.insert("The screen is black");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::review);
  CHECK(kiosk.review("What happens") == "“The screen is black”");
  kiosk.touch("It is about > Change");
  CHECK(kiosk.can_touch("Continue")); // an answer is there already
  kiosk.touch("Computer");
  CHECK(kiosk.page() == PageId::review);
  CHECK(kiosk.review("Your computer") == "Left out");
  kiosk.touch("How serious > Change");
  kiosk.touch("It can wait");
  kiosk.touch("Back");
  CHECK(kiosk.page() == PageId::review);
  CHECK(kiosk.review("How serious") == "Can wait");
  kiosk.touch("Back"); // no longer changing
  CHECK(kiosk.page() == PageId::consequence);
}

TEST_CASE("another way to be reached can be chosen from the review") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("We answer by e-mail > Change");
  CHECK(kiosk.page() == PageId::who_fields);
  kiosk.touch("Back");
  kiosk.touch("Staff number");
  CHECK(kiosk.page() == PageId::who_fields);
  kiosk.type("S-4711");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::review);
  CHECK(kiosk.review("Your staff number") == "S-4711");
  kiosk.touch("Send, get my number");
  CHECK(kiosk.sent().registration.contact.employee_id == "S-4711");
  CHECK(kiosk.sent().registration.contact.email.empty()); // the way that was given up is not sent
}

TEST_CASE("details of a kind that was given up are not sent") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("It is about > Change");
  kiosk.touch("Computer");
  kiosk.touch("Your computer > Change");
  kiosk.touch("Linux");
  kiosk.touch("Continue");
  kiosk.touch("It is about > Change");
  kiosk.touch("Printer");
  kiosk.touch("Send, get my number");
  CHECK(kiosk.sent().registration.computer.os.empty());
  CHECK(kiosk.sent().registration.category == domain::Category::printer);
}

TEST_CASE("another system is typed, and given up with its chip") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("It is about > Change");
  kiosk.touch("Computer");
  kiosk.touch("Your computer > Change");
  kiosk.touch("Other");
  CHECK(kiosk.field(Field::other_system).focused);
  kiosk.insert("Haiku");
  kiosk.touch("Done");
  kiosk.touch("Continue");
  CHECK(kiosk.review("Your computer") == "Haiku");
  kiosk.touch("Your computer > Change");
  kiosk.touch("Other"); // a second touch takes it back
  CHECK_FALSE(kiosk.is_selected("Other"));
  kiosk.touch("Continue");
  CHECK(kiosk.review("Your computer") == "Left out");
}

TEST_CASE("a touch on a single choice is shown for 120 ms and then is the answer") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch_only("E-mail");
  CHECK(kiosk.page() == PageId::who);
  CHECK(kiosk.is_selected("E-mail"));
  CHECK_FALSE(kiosk.can_touch("Continue")); // nothing flashes up for that moment
  CHECK(next_deadline(kiosk.state, kiosk.now) == kiosk.now + 120ms);
  kiosk.wait(119ms);
  CHECK(kiosk.page() == PageId::who);
  kiosk.wait(1ms);
  CHECK(kiosk.page() == PageId::who_fields);
}

TEST_CASE("with reduced motion the page turns at once") {
  AppDriver kiosk;
  kiosk.state.settings.reduced_motion = true;
  kiosk.touch("Get help");
  kiosk.touch_only("E-mail");
  CHECK(kiosk.page() == PageId::who_fields);
}

TEST_CASE("the second of two quick touches does not answer the next page") {
  AppDriver kiosk;
  kiosk.touch_only("Get help");
  kiosk.wait(200ms);
  kiosk.touch_only("I’m a guest");
  kiosk.wait(200ms);
  CHECK(kiosk.page() == PageId::who);
  CHECK_FALSE(kiosk.is_selected("I’m a guest"));
  kiosk.wait(100ms);
  kiosk.touch_only("I’m a guest");
  kiosk.wait(120ms);
  CHECK(kiosk.page() == PageId::who_fields);
}

TEST_CASE("however often Send is touched, one registration is sent") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch_only("Send, get my number");
  kiosk.intend(Send{});
  kiosk.wait(800ms);
  kiosk.intend(Send{});
  kiosk.intend(Continue{});
  kiosk.intend(TryAgain{});
  CHECK(kiosk.commands.size() == 1);
  kiosk.saved();
  kiosk.intend(Send{});
  CHECK(kiosk.commands.size() == 1);
  CHECK(kiosk.page() == PageId::number);
}

TEST_CASE("an answer that belongs to another visit is not shown") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  const RequestId mine = kiosk.sent().request;
  kiosk.intend(Registered{RequestId{mine.value + 1}, "XX-1", "Z9", {}, ""});
  CHECK(kiosk.page() == PageId::sending);
  kiosk.intend(RegisterFailed{RequestId{mine.value + 1}, SaveTrouble::failed});
  CHECK(kiosk.page() == PageId::sending);
}

TEST_CASE("a disk that can't save loses nothing, and trying again sends the same visit") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  kiosk.intend(RegisterFailed{kiosk.sent().request, SaveTrouble::no_space});
  kiosk.wait(700ms);
  CHECK(kiosk.model().dialog->kind == DialogKind::save_failed);
  CHECK(kiosk.model().dialog->title == "We couldn’t save this yet");
  kiosk.touch("Try again");
  REQUIRE(kiosk.commands.size() == 2);
  CHECK(kiosk.sent(1).request == kiosk.sent(0).request);
  CHECK(kiosk.sent(1).registration.contact.email == "ana@company.com");
  kiosk.saved();
  CHECK(kiosk.page() == PageId::number);
}

TEST_CASE("after a save that failed the counter is a way out, and nothing stays on the screen") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  kiosk.intend(RegisterFailed{kiosk.sent().request, SaveTrouble::busy});
  kiosk.wait(700ms);
  kiosk.touch("Go to the counter");
  CHECK(kiosk.page() == PageId::start);
  CHECK(kiosk.state.visit.is_empty());
}

TEST_CASE("an answer that comes late is still the customer's number") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  kiosk.wait(15s);
  CHECK(kiosk.model().dialog->kind == DialogKind::save_failed);
  kiosk.saved();
  CHECK(kiosk.page() == PageId::number);
}

TEST_CASE("every page in every language has its words") {
  for (Language language : i18n::k_languages) {
    AppDriver kiosk(language);
    const auto& words = i18n::catalogue(language);
    auto looks_whole = [&] {
      const Model shown = kiosk.model();
      std::set<std::string_view> names{shown.title};
      for (const auto& [name, intent] : kiosk.touchable()) {
        CHECK_FALSE(name.empty());
        CHECK_FALSE(words.has(name)); // a key instead of its words
      }
      CHECK_FALSE(shown.title.empty());
      CHECK(shown.accessibility.size() == 3);
    };
    looks_whole();
    kiosk.touch(words.text("start.get_help"));
    looks_whole();
    for (auto way : {"who.staff_number", "who.email", "who.phone", "who.guest"}) {
      kiosk.touch(words.text(way));
      looks_whole();
      kiosk.touch(words.text("common.back"));
    }
    kiosk.touch(words.text("who.staff_number"));
    kiosk.type("4711");
    kiosk.touch(words.text("common.continue"));
    looks_whole();
    for (auto details : {"about.computer", "about.phone"}) {
      kiosk.touch(words.text(details));
      looks_whole();
      kiosk.touch(words.text("common.back"));
    }
    kiosk.touch(words.text("about.other"));
    looks_whole();
    kiosk.touch(words.text("common.continue"));
    looks_whole();
    kiosk.touch(words.text("common.continue"));
    looks_whole();
    kiosk.touch(words.text("consequence.low"));
    looks_whole();
    kiosk.touch(words.text("review.send"));
    CHECK(kiosk.page() == PageId::sending);
    kiosk.saved();
    looks_whole();
  }
}
