// Known problems, articles, guides, and looking for them.
#include "kiosk/app/form.hpp"
#include "kiosk/app/happening.hpp"
#include "kiosk/app/navigate.hpp"
#include "shared/base/text.hpp"

#include <algorithm>

namespace walkin::kiosk {

namespace {

constexpr std::size_t k_search_letters_min = 3;

} // namespace

// What the field holds is looked for at every letter; an answer to fewer of them is dropped when it comes.
void Happening::search() {
  const bool for_find = page() == PageId::find;
  const Field field = for_find ? Field::search : Field::words;
  const std::string_view text = visit().at(field).edit.text();
  ++state_.search.value;
  if (!for_find && base::count_code_points(text) < k_search_letters_min) return visit().found.clear();
  commands_.push_back(Suggest{state_.search, SecretText(text), state_.language, visit().category, for_find});
}

void Happening::on(Suggested report) {
  if (report.ask != state_.search || (page() != PageId::words && page() != PageId::find)) return;
  visit().found = std::move(report.found);
}

void Happening::on(OpenFind) {
  if (page() != PageId::start) return;
  open(PageId::find);
  search();
}

void Happening::on(OpenBulletins) {
  if (page() == PageId::start && !state_.bulletins.empty()) open(PageId::known);
}

void Happening::on(OpenAnswer intent) {
  const PageId here = page();
  const bool has_links =
      here == PageId::words || here == PageId::find || here == PageId::known || here == PageId::guide;
  if (!has_links || state_.waiting != Waiting::nothing) return;
  if (intent.kind == AnswerKind::bulletin) {
    const auto found = std::ranges::find(state_.bulletins, intent.id, &domain::Bulletin::id);
    if (found == state_.bulletins.end()) return;
    visit().bulletin = *found;
    return open(PageId::bulletin);
  }
  if (here == PageId::guide) keep_trail();
  commands_.push_back(LoadAnswer{ask(Waiting::answer), intent.kind, std::move(intent.id), state_.language});
}

void Happening::on(AnswerOpened report) {
  if (!is_answer(report.ask, Waiting::answer)) return;
  answered_question();
  if (report.guide && report.guide->find(report.guide->start) != nullptr) {
    Reading reading;
    reading.kind = AnswerKind::guide;
    reading.id = report.guide->id;
    reading.node = report.guide->start;
    reading.guide = std::move(report.guide);
    visit().reading = std::move(reading);
    open(PageId::guide);
  } else if (report.article) {
    Reading reading;
    reading.id = report.article->id;
    reading.article = std::move(report.article);
    visit().reading = std::move(reading);
    open(PageId::article);
  }
}

// "That's my problem": registered under it as soon as it is known who it is.
void Happening::on(JoinBulletin intent) {
  const bool on_start = page() == PageId::start, on_page = page() == PageId::bulletin;
  if ((!on_start && !on_page && page() != PageId::known) || state_.store != StoreState::fine) return;
  const auto found = std::ranges::find(state_.bulletins, intent.id, &domain::Bulletin::id);
  if (found == state_.bulletins.end() && !(on_page && visit().bulletin)) return;
  if (found != state_.bulletins.end()) visit().bulletin = *found;
  if (is_identified(visit())) return send();
  state_.came_from.clear();
  navigate_to(state_, PageId::who, now_);
}

// --- A guide ---
void Happening::on(AnswerGuide intent) {
  if (page() != PageId::guide || !visit().reading || !visit().reading->guide) return;
  Reading& reading = *visit().reading;
  const domain::GuideNode* node = reading.guide->find(reading.node);
  if (node == nullptr || node->type != domain::GuideNode::Type::question) return;
  const std::string& next = intent.answer == GuideAnswer::yes  ? node->yes
                            : intent.answer == GuideAnswer::no ? node->no
                                                               : node->cant_tell;
  reading.steps.push_back({reading.node, intent.answer});
  if (reading.guide->find(next) == nullptr) return on(GetNumber{});
  reading.node = next;
  navigate_within(state_, true, now_);
}

void Happening::on(RestartGuide) {
  if (page() != PageId::guide || !visit().reading || visit().reading->steps.empty()) return;
  visit().reading->node = visit().reading->steps.front().node;
  visit().reading->steps.clear();
  navigate_within(state_, false, now_);
}

void Happening::on(SayHelped intent) {
  if ((page() != PageId::article && page() != PageId::guide) || !visit().reading) return;
  if (!intent.helped) return on(GetNumber{});
  keep_trail();
  if (state_.store != StoreState::fine) return thank(screen::Thanks::helped);
  visit().solved_by = visit().reading->id;
  if (is_identified(visit())) return send();
  // Whoever has not said who they are is counted all the same, and waits for nothing.
  auto registration = make_registration(visit(), state_.language);
  auto valid = domain::validate(registration);
  wipe(registration);
  if (valid) hand_on(std::move(*valid));
  thank(screen::Thanks::helped);
}

// Whoever gives up an answer goes on to a ticket; what was answered goes along.
void Happening::on(GetNumber) {
  const PageId here = page();
  if (here != PageId::article && here != PageId::guide && here != PageId::find) return;
  if (state_.store != StoreState::fine) return;
  keep_trail();
  if (visit().reading && visit().reading->guide && !visit().category)
    visit().category = visit().reading->guide->category;
  visit().reading.reset();
  const bool from_words = std::ranges::count(state_.came_from, PageId::words) > 0;
  state_.came_from.clear();
  navigate_to(state_, from_words ? PageId::words : PageId::who, now_);
  capitalize();
}

// "Nothing prints. Is the light green: yes." One line a question, in the words in which it was asked.
void Happening::keep_trail() {
  if (!visit().reading || !visit().reading->guide || visit().reading->steps.empty()) return;
  const Reading& reading = *visit().reading;
  const std::string_view tag = i18n::tag_of(state_.language);
  const i18n::Catalogue& words = i18n::catalogue(state_.language);
  visit().trail.wipe();
  visit().trail.append(domain::text_in(reading.guide->title, tag));
  for (const Reading::Step& step : reading.steps) {
    const domain::GuideNode* node = reading.guide->find(step.node);
    if (node == nullptr) continue;
    visit().trail.append("\n");
    visit().trail.append(domain::text_in(node->text, tag));
    visit().trail.append(" ");
    visit().trail.append(step.answer == GuideAnswer::yes  ? words.text("common.yes")
                         : step.answer == GuideAnswer::no ? words.text("common.no")
                                                          : words.text("guide.unsure"));
  }
}

} // namespace walkin::kiosk
