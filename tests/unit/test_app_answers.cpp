// Answers instead of tickets, and tickets that are there already.
#include "kiosk/app/form.hpp"
#include "kiosk/app/slip.hpp"
#include "tests/unit/app_driver.hpp"

#include <algorithm>
#include <string>

using namespace walkin;
using namespace walkin::test;

namespace {

domain::Bulletin mail_is_slow() {
  domain::Bulletin bulletin;
  bulletin.id = "mail-slow";
  bulletin.title = {{"en", "E-mail is slow today"}, {"es", "El correo va lento"}};
  bulletin.body = {{"en", "We expect it to be fixed by 11:00."}};
  bulletin.categories = {domain::Category::network};
  return bulletin;
}

// Is it on? no: switch it on. yes: is the light green? yes: help. no, can't tell: switch it off and on.
domain::Guide nothing_prints() {
  using Type = domain::GuideNode::Type;
  domain::Guide guide;
  guide.id = "nothing-prints";
  guide.title = {{"en", "nothing prints"}};
  guide.category = domain::Category::printer;
  guide.start = "on";
  guide.nodes["on"] = {Type::question, {{"en", "Is it on?"}}, {}, "light", "switch", "light", ""};
  guide.nodes["light"] = {Type::question, {{"en", "Is the light green?"}}, {}, "help", "switch", "switch", "",
                          "printer_light"};
  guide.nodes["switch"] = {Type::answer, {{"en", "Switch it off and on."}}, {}, "", "", "", ""};
  guide.nodes["help"] = {Type::get_help, {{"en", "A technician has to look."}}, {}, "", "", "", ""};
  return guide;
}

struct Reader : AppDriver {
  void to_words() {
    touch("Get help");
    touch("E-mail");
    type("ana@company.com");
    touch("Continue");
    touch("Account");
  }
  void found(std::vector<Suggestion> suggestions) {
    intend(Suggested{question<Suggest>().ask, std::move(suggestions)});
  }
  void opened(std::optional<ArticleText> article, std::optional<domain::Guide> guide = {}) {
    intend(AnswerOpened{question<LoadAnswer>().ask, std::move(article), std::move(guide)});
    wait(600ms);
  }
  void to_suggested_article() {
    to_words();
    insert("password");
    found({{AnswerKind::article, "printer-password", "The printer asks for a password", 0}});
    touch("The printer asks for a password");
    opened(ArticleText{"printer-password", "The printer asks for a password", {}});
  }
  void to_guide() {
    to_words();
    insert("nothing prints");
    found({{AnswerKind::guide, "nothing-prints", "Nothing prints", 2}});
    touch("Nothing prints");
    opened({}, nothing_prints());
  }
  void to_ticket(domain::TicketStatus status) {
    touch("My ticket");
    type("LB-0042-K");
    touch("Show my ticket");
    TicketInfo info;
    info.code = SecretText("LB-0042-K");
    info.status = status;
    intend(TicketLooked{question<FindTicket>().ask, std::move(info), {}});
    wait(600ms);
  }
};

} // namespace

TEST_CASE("a known problem of what was chosen is offered before anything is typed") {
  Reader kiosk;
  domain::Bulletin everywhere = mail_is_slow(), account = mail_is_slow();
  everywhere.id = "everywhere", everywhere.categories = {},
  everywhere.title = {{"en", "The network is down"}};
  account.id = "account", account.categories = {domain::Category::account};
  account.title = {{"en", "Nobody can sign in"}};
  kiosk.intend(BulletinsChanged{{everywhere, mail_is_slow()}});
  kiosk.to_words();
  CHECK(kiosk.can_touch("The network is down"));
  CHECK_FALSE(kiosk.can_touch("E-mail is slow today"));
  kiosk.intend(BulletinsChanged{{everywhere, mail_is_slow(), account}});
  CHECK(kiosk.can_touch("Nobody can sign in"));
  CHECK_FALSE(kiosk.can_touch("The network is down"));
  // What the words find goes before it.
  kiosk.insert("slow mail");
  kiosk.found({{AnswerKind::bulletin, "mail-slow", "E-mail is slow today", 0}});
  CHECK(kiosk.can_touch("E-mail is slow today"));
  CHECK_FALSE(kiosk.can_touch("Nobody can sign in"));
}

TEST_CASE("the start page tells the wait as far as it is known") {
  AppDriver kiosk;
  const auto hint = [&] { return std::string(std::get<StartView>(kiosk.model().view).ticket_hint.view()); };
  CHECK(hint().empty());
  kiosk.intend(QueueChanged{QueueInfo{0, {}}});
  CHECK(hint() == "No one is waiting");
  kiosk.intend(QueueChanged{QueueInfo{1, {}}});
  CHECK(hint() == "1 person ahead");
  kiosk.intend(QueueChanged{QueueInfo{3, domain::WaitRange{10, 20}}});
  CHECK(hint() == "About 10–20 min, 3 people ahead");
  kiosk.intend(QueueChanged{QueueInfo{1, domain::WaitRange{0, 10}}});
  CHECK(hint() == "Up to 10 min, 1 person ahead");
  kiosk.intend(ConnectionChanged{false, 0});
  CHECK(hint().empty()); // nobody knows how many came since
}

TEST_CASE("closed, the kiosk says when it opens and still registers") {
  AppDriver kiosk;
  kiosk.intend(OpeningChanged{{true, false, i18n::LocalTime{{}, std::chrono::minutes{480}}, 0}});
  const Model shown = kiosk.model();
  const auto& start = std::get<StartView>(shown.view);
  CHECK(start.corner.view() == "Opens at 8:00");
  CHECK(start.ticket_hint.view() == "We help you when we open");
  kiosk.to_review();
}

TEST_CASE("that's my problem too: registered under it as soon as it is known who it is") {
  AppDriver kiosk;
  kiosk.intend(BulletinsChanged{{mail_is_slow()}});
  kiosk.touch("That’s my problem too");
  CHECK(kiosk.page() == PageId::who);
  kiosk.touch("E-mail");
  kiosk.type("ana@company.com");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::sending);
  CHECK(kiosk.sent().bulletin == "mail-slow");
  CHECK(kiosk.sent().registration.description == "E-mail is slow today");
  CHECK(kiosk.sent().registration.category == domain::Category::network);
  kiosk.saved();
  CHECK(kiosk.page() == PageId::number);
}

TEST_CASE("the known problems that are not on the start page are a touch away") {
  AppDriver kiosk;
  domain::Bulletin other = mail_is_slow();
  other.id = "door", other.title = {{"en", "The door does not open"}};
  kiosk.intend(BulletinsChanged{{mail_is_slow(), other}});
  kiosk.touch("1 more known problem");
  kiosk.touch("The door does not open");
  CHECK(kiosk.title() == "The door does not open");
  kiosk.touch("Back");
  CHECK(kiosk.page() == PageId::known);
  kiosk.touch("Back");
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("from three letters on, what is written is looked for, and only the newest answer counts") {
  Reader kiosk;
  kiosk.to_words();
  kiosk.insert("no");
  CHECK_FALSE(kiosk.has_asked<Suggest>());
  kiosk.insert("t");
  const AskId first = kiosk.question<Suggest>().ask;
  kiosk.insert("h");
  kiosk.intend(Suggested{first, {{AnswerKind::article, "a", "Too late", 0}}});
  CHECK_FALSE(kiosk.can_touch("Too late"));
  kiosk.found({{AnswerKind::article, "b", "The printer asks for a password", 0}});
  CHECK(kiosk.can_touch("The printer asks for a password"));
}

TEST_CASE("an answer that helped is a ticket solved by self-service") {
  Reader kiosk;
  kiosk.to_suggested_article();
  CHECK(kiosk.page() == PageId::article);
  kiosk.touch("Yes, it did");
  CHECK(kiosk.sent().solved_by == "printer-password");
  CHECK(kiosk.sent().registration.nature == domain::Nature::question);
  CHECK(kiosk.sent().registration.self_service);
  kiosk.saved();
  CHECK(kiosk.page() == PageId::thanks);
  CHECK(kiosk.words().find("LB-0042-K") != std::string::npos);
  CHECK(kiosk.state.visit.is_empty());
}

TEST_CASE(
    "an answer that helped somebody who said nothing of themselves is counted, and nothing is waited for") {
  Reader kiosk;
  kiosk.touch("Find an answer");
  kiosk.found({{AnswerKind::article, "wifi", "Connect to the wireless network", 0}});
  kiosk.touch("Connect to the wireless network");
  kiosk.opened(ArticleText{"wifi", "Connect to the wireless network", {}});
  kiosk.touch("Yes, it did");
  CHECK(kiosk.page() == PageId::thanks);
  const domain::Registration& registration = kiosk.sent().registration;
  CHECK(kiosk.sent().solved_by == "wifi");
  CHECK_FALSE(registration.contact.is_reachable());
  CHECK(registration.may_be_anonymous());
  CHECK(registration.description == "Connect to the wireless network");
  kiosk.saved();
  CHECK(kiosk.page() == PageId::thanks);
  kiosk.intend(RegisterFailed{kiosk.sent().request, SaveTrouble::busy});
  CHECK_FALSE(kiosk.model().dialog);
}

TEST_CASE("an answer that did not help leads to a ticket that is not self-service") {
  Reader kiosk;
  kiosk.to_suggested_article();
  kiosk.intend(SayHelped{false});
  CHECK_FALSE(make_registration(kiosk.state.visit, i18n::Language::en).self_service);
}

TEST_CASE("a guide goes one question a page, back as well, and its answers go along to the technician") {
  Reader kiosk;
  kiosk.to_guide();
  CHECK(kiosk.title() == "Is it on?");
  CHECK(kiosk.model().kicker.view() == "Question 1 of about 2");
  kiosk.touch("Yes");
  CHECK(kiosk.title() == "Is the light green?");
  kiosk.touch("Back");
  CHECK(kiosk.title() == "Is it on?");
  kiosk.touch("I can’t tell");
  kiosk.touch("Yes");
  CHECK(kiosk.title() == "A technician has to look.");
  kiosk.touch("Get a number");
  CHECK(kiosk.page() == PageId::words);
  kiosk.touch("Continue");
  kiosk.touch("Continue");
  kiosk.touch("I can’t tell");
  kiosk.touch("Send, get my number");
  CHECK(kiosk.sent().trail.view() == "nothing prints\nIs it on? I can’t tell\nIs the light green? Yes");
}

TEST_CASE("a guide can be begun again, and left by Back from its first question") {
  Reader kiosk;
  kiosk.to_guide();
  kiosk.touch("No");
  CHECK(kiosk.title() == "Try this");
  kiosk.touch("Start again");
  CHECK(kiosk.title() == "Is it on?");
  kiosk.touch("Back");
  CHECK(kiosk.page() == PageId::words);
}

TEST_CASE("find an answer offers something before anything is typed, and leads to a ticket") {
  Reader kiosk;
  kiosk.touch("Find an answer");
  CHECK(kiosk.question<Suggest>().for_find);
  kiosk.found({{AnswerKind::guide, "nothing-prints", "Nothing prints", 2}});
  kiosk.touch("Nothing prints");
  kiosk.opened({}, nothing_prints());
  kiosk.touch("Get a number");
  CHECK(kiosk.page() == PageId::who);
  CHECK(kiosk.state.visit.category == domain::Category::printer);
}

TEST_CASE("a code that nobody has is told beside its field, with the code that was meant") {
  Reader kiosk;
  kiosk.touch("My ticket");
  kiosk.type("LB-0042-J");
  kiosk.touch("Show my ticket");
  kiosk.intend(TicketLooked{kiosk.question<FindTicket>().ask, std::nullopt, SecretText("LB-0042-K")});
  REQUIRE(kiosk.field(Field::ticket_code).problem);
  CHECK(kiosk.field(Field::ticket_code).problem->mend.view() ==
        "Is the last letter right? It may be LB-0042-K.");
  kiosk.type("X");
  CHECK_FALSE(kiosk.field(Field::ticket_code).problem);
}

TEST_CASE("a solved ticket is confirmed with stars") {
  Reader kiosk;
  kiosk.to_ticket(domain::TicketStatus::solved);
  CHECK_FALSE(kiosk.can_touch("Close my ticket"));
  kiosk.touch("Yes, it does");
  kiosk.touch("4 of 5, good");
  kiosk.touch("Close my ticket");
  const auto& reply = kiosk.question<SaveReply>();
  CHECK(reply.works);
  CHECK(reply.stars == 4);
  kiosk.intend(ReplySaved{reply.ask, true});
  CHECK(kiosk.title() == "Thank you");
  kiosk.wait(40s);
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("not yet: it is opened again with the customer's words, also offline") {
  Reader kiosk;
  kiosk.to_ticket(domain::TicketStatus::solved);
  kiosk.intend(ConnectionChanged{false, 0});
  kiosk.touch("No, not yet");
  kiosk.insert("Still black");
  kiosk.touch("Open it again");
  const auto& reply = kiosk.question<SaveReply>();
  CHECK_FALSE(reply.works);
  CHECK(reply.text.view() == "Still black");
  kiosk.intend(ReplySaved{reply.ask, true});
  CHECK(kiosk.title() == "We open it again");
  CHECK(kiosk.words().find("No contact with the desk") != std::string::npos);
}

TEST_CASE("a reply that can't be saved loses nothing and is tried again") {
  Reader kiosk;
  kiosk.to_ticket(domain::TicketStatus::solved);
  kiosk.touch("No, not yet");
  kiosk.insert("Still black");
  kiosk.touch("Open it again");
  kiosk.intend(ReplySaved{kiosk.question<SaveReply>().ask, false});
  kiosk.wait(600ms);
  kiosk.touch("Try again");
  CHECK(kiosk.question<SaveReply>().text.view() == "Still black");
}

TEST_CASE("the service page opens to the PIN alone, and five wrong ones close it for a while") {
  AppDriver kiosk;
  kiosk.intend(StaffGesture{});
  CHECK(kiosk.page() == PageId::start); // no PIN is set
  SiteInfo site;
  site.has_staff_pin = true;
  kiosk.intend(SiteChanged{site});
  const auto attempt = [&](bool right) {
    kiosk.intend(StaffGesture{});
    kiosk.wait(600ms);
    if (kiosk.page() != PageId::pin) return;
    kiosk.type("2468");
    kiosk.touch("Continue");
    kiosk.intend(PinChecked{kiosk.question<CheckPin>().ask, right});
    kiosk.wait(600ms);
  };
  attempt(true);
  CHECK(kiosk.page() == PageId::service);
  CHECK(kiosk.has_asked<TellService>());
  kiosk.touch("Exit");
  for (int i = 0; i < 5; ++i) {
    attempt(false);
    if (i < 4) kiosk.touch("Exit");
  }
  CHECK(kiosk.page() == PageId::start);
  attempt(true);
  CHECK(kiosk.page() == PageId::start);
  kiosk.wait(5min);
  attempt(true);
  CHECK(kiosk.page() == PageId::service);
}

TEST_CASE("a closed kiosk tells when it opens, in the largest letters too") {
  AppDriver kiosk;
  kiosk.intend(OpeningChanged{OpeningInfo{true, false, i18n::LocalTime{{}, 8h}, 0}});
  const auto start = [&] { return std::get<StartView>(kiosk.model().view); };
  CHECK(start().corner.view() == "Opens at 8:00");
  CHECK(start().ticket_hint.view() == "We help you when we open");
  kiosk.intend(CycleTextSize{});
  kiosk.intend(CycleTextSize{});
  CHECK(start().ticket_hint.view() == "Opens at 8:00");
}

TEST_CASE("the service page tells how printer and speech are at this moment") {
  AppDriver kiosk;
  SiteInfo site;
  site.has_staff_pin = true;
  site.printer = "cups:front";
  kiosk.intend(SiteChanged{site});
  kiosk.intend(StaffGesture{});
  kiosk.wait(600ms);
  kiosk.type("2468");
  kiosk.touch("Continue");
  kiosk.intend(PinChecked{kiosk.question<CheckPin>().ask, true});
  kiosk.intend(ServiceChanged{ServiceInfo{}});
  const auto tells = [&](std::string_view line) { return kiosk.words().find(line) != std::string::npos; };
  CHECK(tells("Printer: none"));
  CHECK(tells("Speech: no sound device"));
  kiosk.intend(SpeechChanged{"USB Audio"});
  CHECK(tells("Speech: USB Audio"));
  kiosk.intend(PrinterChanged{PrinterState::ready});
  CHECK(tells("Printer: cups:front, ready"));
  kiosk.intend(PrinterChanged{PrinterState::no_paper});
  CHECK(tells("Printer: cups:front, out of paper"));
  kiosk.intend(PrinterChanged{PrinterState::failed});
  CHECK(tells("Printer: cups:front, does not answer"));
}

TEST_CASE("a ticket that waits tells its place and the likely wait, and as of when without contact") {
  Reader kiosk;
  kiosk.to_ticket(domain::TicketStatus::created);
  TicketInfo& ticket = *kiosk.state.visit.ticket;
  const auto tells = [&](std::string_view line) { return kiosk.words().find(line) != std::string::npos; };
  CHECK(tells("Someone will take it soon."));
  ticket.queue_number = SecretText("A12");
  ticket.ahead = 2;
  ticket.wait = domain::WaitRange{10, 20};
  ticket.as_of = i18n::LocalTime{{}, 8h + 40min};
  CHECK(tells("Your number is A12"));
  CHECK(tells("2 people are ahead of you"));
  CHECK(tells("About 10–20 minutes"));
  ticket.wait = domain::WaitRange{0, 10};
  CHECK(tells("Up to 10 minutes"));
  CHECK(tells("8:40"));
  ticket.ahead = 0;
  CHECK(tells("You are next"));
}

TEST_CASE("a PIN is never among what can be read or spoken") {
  AppDriver kiosk;
  SiteInfo site;
  site.has_staff_pin = true;
  kiosk.intend(SiteChanged{site});
  kiosk.intend(StaffGesture{});
  kiosk.wait(600ms);
  kiosk.type("2468");
  CHECK(kiosk.field(Field::pin).masked);
}

// --- The slip ---
TEST_CASE("a slip is the bytes that a receipt printer takes") {
  Slip slip;
  slip.language = i18n::Language::es;
  slip.desk_name = "Ñandú";
  slip.number = "A12";
  slip.code = "LB-0042-K";
  slip.follow_url = "https://h.example/t/x";
  const auto bytes = encode_slip(slip);
  const std::string text(bytes.begin(), bytes.end());
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  CHECK(text.starts_with("\x1B@\x1Bt\x10")); // initialise, Windows-1252
  CHECK(has("\x1B"
            "E\x01\xD1"
            "and\xFA\n")); // bold, the name in that code page
  CHECK(has(std::string_view("\x1D!\x55"
                             "A12\n\x1D!\x00",
                             9))); // six times the size, and back
  CHECK(has("LB-0042-K\n"));
  CHECK(has(std::string_view("\x1D(k\x18\x00\x31\x50\x30https://h.example/t/x", 29))); // 21 characters and 3
  CHECK(has(std::string_view("\x1D(k\x03\x00\x31\x51\x30", 8)));                       // print them
  CHECK(text.ends_with(std::string_view("\x1B"
                                        "d\x04\x1DVB\x00",
                                        7))); // feed and cut
}

TEST_CASE("a slip without an address has no code in squares, and letters that the printer lacks are marked") {
  Slip slip;
  slip.desk_name = "Ωmega";
  const auto bytes = encode_slip(slip);
  const std::string text(bytes.begin(), bytes.end());
  CHECK(text.find("(k") == std::string::npos);
  CHECK(text.find("?mega") != std::string::npos);
}

TEST_CASE("both sensor bits say that the paper is out") {
  CHECK(is_paper_out(0x72));
  CHECK_FALSE(is_paper_out(0x12));
}
