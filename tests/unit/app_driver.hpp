// Drives kiosk/app as a person does: what can be touched is found in the model by the words it shows.
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/app/state.hpp"

#include <doctest/doctest.h>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::test {

using namespace std::chrono_literals;
using namespace kiosk;

struct AppDriver {
  Moment now{1h};
  AppState state;
  std::vector<Command> commands; // registrations
  std::vector<Command> asked;    // all else that workers were told

  explicit AppDriver(i18n::Language language = i18n::Language::en) : state(make_state({}, now)) {
    intend(ConnectionChanged{true, 0});
    if (language != i18n::Language::en) intend(ChooseLanguage{language});
  }

  Model model() const { return make_model(state, now); }
  PageId page() const { return page_of(state); }
  std::string title() const { return std::string(model().title); }

  void intend(Intent intent) {
    for (auto& command : update(state, std::move(intent), now))
      (std::holds_alternative<RegisterCommand>(command) ? commands : asked).push_back(std::move(command));
  }

  // As the loop does: a Tick at every deadline on the way.
  void wait(std::chrono::milliseconds time) {
    const Moment end = now + time;
    for (int ticks = 0;; ++ticks) {
      REQUIRE(ticks < 1000);
      const auto deadline = next_deadline(state, now);
      if (!deadline || *deadline > end) break;
      now = std::max(now, *deadline);
      intend(Tick{});
      const auto again = next_deadline(state, now);
      REQUIRE((!again || *again > now)); // or the loop would never rest
    }
    now = end;
  }

  std::vector<std::pair<std::string, Intent>> touchable() const {
    const Model shown = model();
    std::vector<std::pair<std::string, Intent>> all;
    auto action = [&](const ActionView& view) { all.emplace_back(view.name, view.intent); };
    if (shown.dialog) {
      action(shown.dialog->primary);
      action(shown.dialog->secondary);
      return all;
    }
    if (const auto* start = std::get_if<StartView>(&shown.view)) {
      for (const auto& choice : start->languages) all.emplace_back(choice.name, choice.intent);
      if (start->ticket) action(*start->ticket);
      if (start->bulletin && !start->bulletin->join.name.empty()) action(start->bulletin->join);
      if (start->more_bulletins) action(*start->more_bulletins);
      for (const auto& view : start->actions) action(view);
    }
    if (const auto* question = std::get_if<QuestionView>(&shown.view))
      for (const auto& block : question->blocks) {
        if (const auto* group = std::get_if<ChoiceGroupView>(&block))
          for (const auto& choice : group->choices) all.emplace_back(choice.name, choice.intent);
        if (const auto* field = std::get_if<FieldView>(&block))
          all.emplace_back(field->label, field->on_focus);
        if (const auto* links = std::get_if<LinksView>(&block))
          for (const auto& link : links->links) all.emplace_back(link.title, link.intent);
        if (const auto* button = std::get_if<ButtonView>(&block)) action(button->action);
        if (const auto* stars = std::get_if<StarsView>(&block))
          for (int i = 0; i < 5; ++i)
            all.emplace_back(stars->names[static_cast<std::size_t>(i)], RateHelp{i + 1});
      }
    if (const auto* review = std::get_if<ReviewView>(&shown.view))
      for (const auto& row : review->rows)
        all.emplace_back(std::string(row.label) + " > " + std::string(row.change.name), row.change.intent);
    if (shown.exit) action(*shown.exit);
    if (shown.footer.back) action(*shown.footer.back);
    if (shown.footer.primary) action(*shown.footer.primary);
    for (const auto& view : shown.accessibility) action(view);
    return all;
  }

  bool can_touch(std::string_view name) const {
    for (const auto& [shown, intent] : touchable())
      if (shown == name) return true;
    return false;
  }

  // A touch, and the time a person takes to look at what comes of it.
  void touch(std::string_view name) {
    touch_only(name);
    wait(700ms);
  }
  void touch_only(std::string_view name) {
    for (const auto& [shown, intent] : touchable())
      if (shown == name) {
        intend(Touched{});
        return intend(intent);
      }
    FAIL("nothing here is called ", std::string(name), ", on the page ", title());
  }

  void type(std::string_view text) {
    REQUIRE(model().keyboard.has_value());
    for (char c : text) intend(InsertText{SecretText(std::string_view(&c, 1))});
  }
  void insert(std::string_view text) { intend(InsertText{SecretText(text)}); }

  const FieldView field(Field which) const {
    const Model shown = model();
    const auto* question = std::get_if<QuestionView>(&shown.view);
    REQUIRE(question != nullptr);
    for (const auto& block : question->blocks)
      if (const auto* view = std::get_if<FieldView>(&block); view && view->field == which) return *view;
    FAIL("the field is not on this page");
    return {};
  }

  bool is_selected(std::string_view name) const {
    const Model shown = model();
    if (const auto* question = std::get_if<QuestionView>(&shown.view))
      for (const auto& block : question->blocks)
        if (const auto* group = std::get_if<ChoiceGroupView>(&block))
          for (const auto& choice : group->choices)
            if (choice.name == name) return choice.selected;
    return false;
  }

  std::string review(std::string_view label) const {
    const Model shown = model();
    if (const auto* view = std::get_if<ReviewView>(&shown.view))
      for (const auto& row : view->rows)
        if (row.label == label) return std::string(row.value.view());
    return "(no row)";
  }

  // The newest question of this kind that a worker was asked.
  template <class T>
  const T& question() const {
    for (auto command = asked.rbegin(); command != asked.rend(); ++command)
      if (const auto* found = std::get_if<T>(&*command)) return *found;
    FAIL("nothing of this kind was asked");
    return std::get<T>(asked.front());
  }
  template <class T>
  bool has_asked() const {
    for (const auto& command : asked)
      if (std::holds_alternative<T>(command)) return true;
    return false;
  }
  // Everything that the page says, block by block.
  std::string words() const {
    std::string all = title();
    const Model shown = model();
    if (const auto* question = std::get_if<QuestionView>(&shown.view))
      for (const auto& block : question->blocks) {
        if (const auto* text = std::get_if<TextView>(&block)) all.append("\n").append(text->text.view());
        if (const auto* notice = std::get_if<NoticeView>(&block)) all.append("\n").append(notice->title);
        if (const auto* person = std::get_if<PersonView>(&block)) {
          all.append("\n").append(person->name.view());
          for (const PersonView::Row& row : person->rows) all.append("\n").append(row.value.view());
        }
      }
    return all;
  }

  const RegisterCommand& sent(std::size_t index = 0) const {
    REQUIRE(commands.size() > index);
    return std::get<RegisterCommand>(commands[index]);
  }
  void saved(std::string code = "LB-0042-K", std::string number = "A12", std::string url = "") {
    intend(Registered{sent(commands.size() - 1).request, std::move(code), std::move(number),
                      i18n::LocalTime{{}, std::chrono::minutes{582}}, std::move(url)});
    wait(600ms);
  }

  // The shortest visit up to the review, in English.
  void to_review() {
    touch("Get help");
    touch("E-mail");
    type("ana@company.com");
    touch("Continue");
    touch("Account");
    touch("Continue"); // no words
    touch("Continue"); // not said how serious
    touch("I can’t tell");
    REQUIRE(page() == PageId::review);
  }
};

} // namespace walkin::test
