#include "tests/unit/app_driver.hpp"

#include "kiosk/app/form.hpp"
#include "kiosk/app/wording.hpp"

#include <set>

using namespace walkin;
using namespace walkin::test;
using i18n::Language;

TEST_CASE("an address without its ending is told so beside the field, in words that mend it") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("E-mail");
  kiosk.type("marta.ruiz@company");
  CHECK_FALSE(kiosk.field(Field::email).problem); // not while typing
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::who_fields);
  const auto shown = kiosk.field(Field::email);
  CHECK(shown.text == "marta.ruiz@company"); // never lost
  CHECK(shown.focused);
  CHECK(kiosk.model().keyboard.has_value());
  REQUIRE(shown.problem.has_value());
  CHECK(shown.problem->what == "The ending is missing.");
  CHECK(shown.problem->mend.view() == "Add what comes after “company”, such as .com, .org or .no");
  kiosk.type(".c");
  CHECK(kiosk.field(Field::email).problem.has_value());
  kiosk.type("om");
  CHECK_FALSE(kiosk.field(Field::email).problem); // gone when it is mended
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::about);
}

TEST_CASE("the one way to be reached is asked for; everything else may be left out") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Phone");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::who_fields);
  CHECK(kiosk.field(Field::phone).problem->what == "We need this to reach you.");
  kiosk.type("5");
  CHECK_FALSE(kiosk.field(Field::phone).problem);
  kiosk.touch("Continue");
  CHECK(kiosk.field(Field::phone).problem->mend.view() == "Type at least 3 digits.");
}

TEST_CASE("two errors are told one after the other") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Staff number");
  kiosk.type("1");
  kiosk.touch("Continue");
  kiosk.touch("Computer");
  kiosk.touch("Number on the label");
  kiosk.insert("no label?");
  kiosk.intend(FocusField{Field::model});
  kiosk.insert("Model");
  CHECK(kiosk.field(Field::asset_tag).problem.has_value()); // checked on leaving it
  kiosk.touch("Done");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::computer);
  CHECK(kiosk.field(Field::asset_tag).focused);
  kiosk.intend(ClearField{Field::asset_tag});
  CHECK_FALSE(kiosk.field(Field::asset_tag).problem);
  kiosk.touch("Done");
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::words);
}

TEST_CASE("what Back left wrong is found before it is sent, and shown where it is mended") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("We answer by e-mail > Change");
  kiosk.type(" oh");
  kiosk.intend(Back{});
  kiosk.wait(1s);
  kiosk.touch("Back"); // from the ways to the review
  CHECK(kiosk.page() == PageId::review);
  kiosk.touch("Send, get my number");
  CHECK(kiosk.commands.empty());
  CHECK(kiosk.page() == PageId::who_fields);
  CHECK(kiosk.field(Field::email).problem.has_value());
  kiosk.intend(EraseBack{});
  kiosk.intend(EraseBack{});
  kiosk.intend(EraseBack{});
  kiosk.touch("Continue");
  CHECK(kiosk.page() == PageId::review);
  kiosk.touch("Send, get my number");
  CHECK(kiosk.commands.size() == 1);
}

TEST_CASE("a scanner's return goes on, in the words it is a new line") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Staff number");
  kiosk.insert("4711\r\n");
  CHECK(kiosk.page() == PageId::about);
  kiosk.wait(1s);
  kiosk.touch("Network");
  kiosk.insert("one");
  kiosk.insert("\n");
  kiosk.insert("two");
  CHECK(kiosk.page() == PageId::words);
  CHECK(kiosk.field(Field::words).text == "one\ntwo");
}

TEST_CASE("a field that is full says so instead of swallowing keys") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Staff number");
  kiosk.insert(std::string(40, '7'));
  CHECK_FALSE(kiosk.field(Field::staff_number).problem);
  kiosk.type("7");
  CHECK(kiosk.field(Field::staff_number).text == std::string(40, '7'));
  CHECK(kiosk.field(Field::staff_number).problem->mend.view() == "Shorten it to 40 characters.");
  kiosk.intend(EraseBack{});
  CHECK_FALSE(kiosk.field(Field::staff_number).problem);
}

TEST_CASE("a capital begins a name and a sentence, and only those") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("I’m a guest");
  auto shift = [&] { return kiosk.model().keyboard->shift; };
  CHECK(shift() == Shift::once);
  kiosk.type("Ana");
  CHECK(shift() == Shift::off);
  kiosk.type(" ");
  CHECK(shift() == Shift::once);
  kiosk.type("Vik");
  kiosk.touch("Continue");
  CHECK(kiosk.model().keyboard->kind == KeyboardKind::mail);
  CHECK(shift() == Shift::off);
  kiosk.type("ana@company.com");
  kiosk.touch("Continue");
  kiosk.touch("Account");
  CHECK(shift() == Shift::once);
  kiosk.type("I forgot it. ");
  CHECK(shift() == Shift::once);
  kiosk.intend(PressShift{});
  kiosk.type("NOW ");
  CHECK(shift() == Shift::locked);
  kiosk.intend(PressShift{});
  CHECK(shift() == Shift::off);
}

TEST_CASE("a dead accent is shown as waiting and joins the next letter") {
  AppDriver kiosk(Language::es);
  kiosk.touch("Pedir ayuda");
  kiosk.touch("Estoy de visita");
  kiosk.intend(PressAccent{U'\u0301'});
  CHECK(kiosk.model().keyboard->accent == U'\u0301');
  kiosk.insert("A");
  CHECK(kiosk.field(Field::guest_name).text == "Á");
  CHECK_FALSE(kiosk.model().keyboard->accent);
}

TEST_CASE("an accent that is chosen takes the place of its letter before the cursor, in its case") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("I’m a guest");
  const Accentuate acute{"e", "é", "É"};
  kiosk.insert("E");
  kiosk.intend(acute);
  CHECK(kiosk.field(Field::guest_name).text == "É");
  kiosk.insert("ve");
  kiosk.intend(acute);
  CHECK(kiosk.field(Field::guest_name).text == "Évé");
  kiosk.insert("n");
  kiosk.intend(acute); // it is no longer there
  CHECK(kiosk.field(Field::guest_name).text == "Évén");
}

TEST_CASE("every problem of every field has words of its own that say how to mend it, in every language") {
  using domain::Problem;
  const Problem problems[] = {Problem::invalid_utf8,
                              Problem::forbidden_character,
                              Problem::too_long,
                              Problem::too_small,
                              Problem::too_big,
                              Problem::mail_no_at,
                              Problem::mail_no_ending,
                              Problem::mail_bad_character,
                              Problem::phone_bad_character,
                              Problem::phone_too_few,
                              Problem::id_bad_character,
                              Problem::not_a_choice,
                              Problem::unreachable};
  for (Language language : i18n::k_languages) {
    const Words words(language);
    for (std::size_t i = 0; i < k_field_count; ++i)
      for (Problem problem : problems) {
        Visit visit;
        const auto field = static_cast<Field>(i);
        visit.at(field).problem = domain::FieldProblem{"", problem, 3};
        const ProblemView view = problem_view(words, visit, field);
        CAPTURE(static_cast<int>(problem));
        CAPTURE(i);
        CHECK_FALSE(view.what.empty());
        CHECK(view.mend.view().size() > 10);
        CHECK(view.mend.view().find('{') == std::string_view::npos);
        CHECK_FALSE(view.what.starts_with("problem."));
        CHECK_FALSE(view.mend.view().starts_with("problem."));
      }
  }
}

TEST_CASE("a short number on the telephone page is an extension, a longer one a number") {
  Visit visit;
  auto field_for = [&](std::string_view text) {
    visit.at(Field::telephone_number).edit.clear();
    REQUIRE(visit.at(Field::telephone_number).edit.insert(text));
    return domain_field_of(visit, Field::telephone_number);
  };
  CHECK(field_for("4217") == "telephone.extension");
  CHECK(field_for("123456") == "telephone.extension");
  CHECK(field_for("1234567") == "telephone.number");
  CHECK(field_for("+47 22") == "telephone.number");
}
