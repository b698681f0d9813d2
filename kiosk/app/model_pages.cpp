// The start page and the questions of a visit.
#include "kiosk/app/form.hpp"
#include "kiosk/app/model_maker.hpp"

#include <algorithm>
#include <string>

namespace walkin::kiosk {

using domain::Affected;
using domain::Category;
using domain::Degree;

// --- The start page ---
StartView ModelMaker::start() const {
  StartView view;
  const bool is_open = state_.opening.is_open;
  view.desk_name =
      state_.site.organisation.empty() ? text("desk.name") : std::string_view(state_.site.organisation);
  view.logo = state_.site.logo;
  view.corner = corner();
  view.greetings[0] = text("start.greeting");
  std::size_t next = 1;
  for (i18n::Language language : i18n::k_languages) {
    const i18n::Catalogue& catalogue = i18n::catalogue(language);
    if (language != state_.language) view.greetings.at(next++) = catalogue.text("start.greeting");
    if (std::ranges::count(state_.site.languages, language) > 0)
      view.languages.push_back({catalogue.text("language.name"), "", Icon::none, language == state_.language,
                                ChooseLanguage{language}});
  }
  if (is_open)
    view.lead = text("start.lead");
  else
    view.lead = state_.opening.days_ahead == 0 ? text("start.lead_before") : text("start.lead_closed");
  if (state_.store == StoreState::fine) {
    view.ticket = ActionView{text("start.get_help"), Icon::arrow_right, false, StartVisit{}};
    view.ticket_hint = is_open ? wait_hint() : SecretText(text("start.when_open"));
    // The largest letters leave no room for the line with the hours.
    if (!is_open && state_.text_size == TextSize::largest && !view.corner.empty())
      view.ticket_hint = view.corner;
  } else {
    view.cannot_take = NoticeView{Icon::alert_circle, text("start.closed.title"), text("start.closed.text")};
  }
  if (!state_.bulletins.empty()) {
    const domain::Bulletin& widest = state_.bulletins.front();
    view.bulletin = BulletinView{SecretText(domain::text_in(widest.title, tag())),
                                 SecretText(domain::text_in(widest.body, tag())),
                                 {}};
    if (state_.store == StoreState::fine)
      view.bulletin->join = ActionView{text("bulletin.join_too"), Icon::none, false, JoinBulletin{widest.id}};
  }
  const int bulletins = static_cast<int>(state_.bulletins.size());
  if (bulletins > 0) {
    view.all_name = words_.plural("start.bulletins", bulletins);
    view.all_bulletins = ActionView{view.all_name.view(), Icon::bullhorn, false, OpenBulletins{}};
  }
  if (bulletins > 1) {
    view.more_name = words_.plural("start.more_bulletins", bulletins - 1);
    view.more_bulletins = ActionView{view.more_name.view(), Icon::bullhorn, false, OpenBulletins{}};
  }
  view.actions.push_back({text("start.my_ticket"), Icon::ticket_confirmation, false, OpenTicket{}});
  view.actions.push_back({text("start.find"), Icon::book_open, false, OpenFind{}});
  if (is_offline_noticed(state_, now_))
    view.offline =
        NoticeView{Icon::cloud_outline_off, text("start.offline.title"), text("start.offline.text")};
  else if (state_.connection.in_touch)
    view.touch = NoticeView{Icon::cloud_check, text("start.in_touch"), ""};
  return view;
}

SecretText ModelMaker::corner() const {
  const OpeningInfo& opening = state_.opening;
  if (!opening.is_known || !opening.until) return {};
  const SecretText time = clock(*opening.until);
  if (opening.is_open)
    return opening.days_ahead > 0 ? SecretText() : words_.fill("hours.open_until", {{"time", time}});
  if (opening.days_ahead == 0) return words_.fill("hours.opens_at", {{"time", time}});
  if (opening.days_ahead == 1) return words_.fill("hours.opens_tomorrow", {{"time", time}});
  const std::chrono::weekday day{std::chrono::sys_days{opening.until->date}};
  constexpr std::string_view k_days[] = {"day.sunday",   "day.monday", "day.tuesday", "day.wednesday",
                                         "day.thursday", "day.friday", "day.saturday"};
  return words_.fill("hours.opens_day", {{"day", text(k_days[day.c_encoding()])}, {"time", time}});
}

// What is not known is left out rather than guessed.
SecretText ModelMaker::wait_hint() const {
  if (!state_.queue || !state_.connection.in_touch) return {};
  const QueueInfo& queue = *state_.queue;
  if (queue.ahead == 0) return SecretText(text("wait.none"));
  const SecretText people = words_.plural("wait.people", queue.ahead);
  if (!queue.wait) return people;
  const std::string from = std::to_string(queue.wait->least_min), to = std::to_string(queue.wait->most_min);
  return queue.wait->least_min == 0
             ? words_.fill("wait.both_most", {{"to", to}, {"people", people}})
             : words_.fill("wait.both", {{"from", from}, {"to", to}, {"people", people}});
}

// --- Questions ---
std::vector<Block> ModelMaker::who() const {
  std::vector<Block> blocks;
  const bool with_badge = state_.site.has_directory;
  if (visit_.badge_unknown)
    blocks.emplace_back(
        NoticeView{Icon::account_card_details, text("who.badge.unknown"), text("who.badge.other")});
  else if (with_badge)
    blocks.emplace_back(BadgeView{text("who.badge.title"), text("who.badge.text")});
  if (with_badge) blocks.emplace_back(DividerView{text("who.no_badge")});
  blocks.emplace_back(ways(with_badge ? ChoiceStyle::halves : ChoiceStyle::cards));
  return blocks;
}

ChoiceGroupView ModelMaker::ways(ChoiceStyle style) const {
  ChoiceGroupView group{"", false, style, {}};
  auto add = [&](Way way, std::string_view name, Icon icon) {
    group.choices.push_back({name, "", icon, visit_.way == way && !visit_.by_badge, ChooseWay{way}});
  };
  add(Way::staff_number, text("who.staff_number"), Icon::account_card_details);
  add(Way::email, text("who.email"), Icon::email);
  add(Way::phone, text("who.phone"), Icon::phone);
  add(Way::guest, text("who.guest"), Icon::human_greeting);
  return group;
}

std::vector<Block> ModelMaker::who_fields() const {
  std::vector<Block> blocks;
  if (visit_.way == Way::guest) {
    blocks.emplace_back(field(Field::guest_name));
    ChoiceGroupView group{text("guest.way.label"), false, ChoiceStyle::chips, {}};
    group.choices.push_back({text("guest.way.email"), "", Icon::none, visit_.guest_way == Way::email,
                             ChooseGuestWay{Way::email}});
    group.choices.push_back({text("guest.way.phone"), "", Icon::none, visit_.guest_way == Way::phone,
                             ChooseGuestWay{Way::phone}});
    blocks.emplace_back(std::move(group));
  }
  if (const auto reach = reach_field(visit_)) blocks.emplace_back(field(*reach));
  return blocks;
}

std::vector<Block> ModelMaker::confirm() const {
  std::vector<Block> blocks;
  PersonView person;
  person.spoken = text("confirm.hidden");
  if (visit_.person) {
    const KnownPerson& known = *visit_.person;
    person.name = dotted(known.masked_name);
    if (!known.masked_email.empty())
      person.rows.push_back({Icon::email, text("guest.way.email"), dotted(known.masked_email)});
    if (!known.masked_phone.empty())
      person.rows.push_back({Icon::phone, text("guest.way.phone"), dotted(known.masked_phone)});
  }
  blocks.emplace_back(std::move(person));
  blocks.emplace_back(ButtonView{"not_me", {text("confirm.not_me"), Icon::none, false, NotMe{}}});
  blocks.emplace_back(TextView{TextStyle::private_, SecretText(text("confirm.why"))});
  return blocks;
}

ChoiceGroupView ModelMaker::categories() const {
  ChoiceGroupView group{"", false, ChoiceStyle::tiles, {}};
  for (Category category : {Category::computer, Category::phone, Category::account, Category::printer,
                            Category::network, Category::other})
    group.choices.push_back({category_name(words_, category), category_hint(words_, category),
                             category_icon(category), visit_.category == category, ChooseCategory{category}});
  return group;
}

namespace {

// Whether a word of the name begins so, in capitals or small letters of ASCII, in which makers name their
// models. Makes no copy of what was typed.
bool has_word(std::string_view name, std::string_view typed) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (std::size_t at = 0; at + typed.size() <= name.size(); ++at)
    if ((at == 0 || name[at - 1] == ' ') &&
        std::ranges::equal(name.substr(at, typed.size()), typed, {}, small, small))
      return true;
  return false;
}

} // namespace

// While it is typed into, what is usual here and fits what was typed so far.
void ModelMaker::add_with_offers(std::vector<Block>& blocks, Field which,
                                 const std::vector<std::string>& offered) const {
  constexpr std::size_t k_most = 6;
  blocks.emplace_back(field(which));
  if (state_.focus != which) return;
  const std::string_view typed = visit_.at(which).edit.text();
  ChoiceGroupView group{"", false, ChoiceStyle::chips, {}, true};
  for (const std::string& text : offered)
    if (group.choices.size() < k_most && text != typed && has_word(text, typed))
      group.choices.push_back({text, "", Icon::none, false, TakeOffered{which, text}});
  if (!group.choices.empty()) blocks.emplace_back(std::move(group));
}

std::vector<Block> ModelMaker::computer() const {
  std::vector<Block> blocks;
  blocks.emplace_back(field(Field::asset_tag));
  ChoiceGroupView systems{text("computer.system.label"), false, ChoiceStyle::chips, {}};
  for (System system :
       {System::windows, System::macos, System::linux, System::chromeos, System::other, System::unknown})
    systems.choices.push_back(
        {system_name(words_, system), "", Icon::none, visit_.system == system, ChooseSystem{system}});
  blocks.emplace_back(std::move(systems));
  if (visit_.system == System::other) blocks.emplace_back(field(Field::other_system));
  ChoiceGroupView memories{text("computer.memory.label"), false, ChoiceStyle::chips, {}};
  for (Memory memory : {Memory::gb4, Memory::gb8, Memory::gb16, Memory::gb32, Memory::gb64, Memory::unknown})
    memories.choices.push_back(
        {memory_name(words_, memory), "", Icon::none, visit_.memory == memory, ChooseMemory{memory}});
  blocks.emplace_back(std::move(memories));
  add_with_offers(blocks, Field::model, state_.site.computers);
  return blocks;
}

std::vector<Block> ModelMaker::telephone() const {
  std::vector<Block> blocks;
  for (Field which : fields_of(visit_, PageId::telephone))
    add_with_offers(blocks, which,
                    which == Field::handset ? state_.site.handsets : std::vector<std::string>{});
  ChoiceGroupView voicemail{text("telephone.voicemail.label"), false, ChoiceStyle::chips, {}};
  voicemail.choices.push_back(
      {text("common.yes"), "", Icon::none, visit_.voicemail == true, ChooseVoicemail{true}});
  voicemail.choices.push_back(
      {text("common.no"), "", Icon::none, visit_.voicemail == false, ChooseVoicemail{false}});
  blocks.emplace_back(std::move(voicemail));
  return blocks;
}

// A known problem of what was chosen; one that names it comes before those that are about everything.
const domain::Bulletin* ModelMaker::bulletin_of_category() const {
  if (!visit_.category || visit_.category == Category::other) return nullptr;
  const domain::Bulletin* found = nullptr;
  for (const domain::Bulletin& bulletin : state_.bulletins)
    if (bulletin.is_about(*visit_.category) && (!found || found->categories.empty())) found = &bulletin;
  return found;
}

std::vector<Block> ModelMaker::words_page() const {
  std::vector<Block> blocks;
  blocks.emplace_back(field(Field::words));
  LinksView links{text("words.maybe"), {}, {}};
  // Also before anything is typed, and where the words match none.
  const bool has_bulletin = std::ranges::count(visit_.found, AnswerKind::bulletin, &Suggestion::kind) > 0;
  if (const domain::Bulletin* bulletin = has_bulletin ? nullptr : bulletin_of_category())
    links.links.push_back({Icon::bullhorn, SecretText(text("known.kind")),
                           domain::text_in(bulletin->title, tag()),
                           OpenAnswer{AnswerKind::bulletin, bulletin->id}});
  for (const Suggestion& found : visit_.found) links.links.push_back(link(found));
  if (links.links.empty()) return blocks;
  links.count = words_.plural("links.count", static_cast<int>(links.links.size()));
  blocks.emplace_back(std::move(links));
  return blocks;
}

std::vector<Block> ModelMaker::serious() const {
  ChoiceGroupView severity{"", false, ChoiceStyle::rows, {}};
  auto add_severity = [&](Degree degree, std::string_view name, Icon icon) {
    severity.choices.push_back({name, "", icon, visit_.severity == degree, ChooseSeverity{degree}});
  };
  add_severity(Degree::high, text("serious.high"), Icon::bars_high);
  add_severity(Degree::medium, text("serious.medium"), Icon::bars_medium);
  add_severity(Degree::low, text("serious.low"), Icon::bars_low);

  ChoiceGroupView people{text("serious.people"), true, ChoiceStyle::people, {}};
  auto add_people = [&](Affected affected, std::string_view name, Icon icon) {
    people.choices.push_back({name, "", icon, visit_.affected == affected, ChooseAffected{affected}});
  };
  add_people(Affected::one, text("serious.one"), Icon::people_one);
  add_people(Affected::team, text("serious.team"), Icon::people_team);
  add_people(Affected::many, text("serious.many"), Icon::people_many);

  std::vector<Block> blocks;
  blocks.emplace_back(std::move(severity));
  blocks.emplace_back(std::move(people));
  return blocks;
}

ChoiceGroupView ModelMaker::consequences() const {
  ChoiceGroupView group{"", false, ChoiceStyle::rows, {}};
  auto add = [&](std::optional<Degree> degree, Icon icon) {
    const bool selected = visit_.consequence_asked && visit_.consequence == degree;
    group.choices.push_back(
        {consequence_name(words_, degree), "", icon, selected, ChooseConsequence{degree}});
  };
  add(Degree::high, Icon::bars_high);
  add(Degree::medium, Icon::bars_medium);
  add(Degree::low, Icon::bars_low);
  add(std::nullopt, Icon::help_circle);
  return group;
}

} // namespace walkin::kiosk
