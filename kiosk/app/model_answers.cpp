// Known problems, articles and guides; tickets that are there already; the number; the service page.
#include "kiosk/app/form.hpp"
#include "kiosk/app/model_maker.hpp"

#include <algorithm>
#include <string>

namespace walkin::kiosk {

using domain::GuideNode;
using domain::TicketStatus;

// --- Titles and primary actions ---
void ModelMaker::put_answer_title(Model& model) const {
  switch (page_) {
  case PageId::bulletin:
    if (visit_.bulletin) model.title = domain::text_in(visit_.bulletin->title, tag());
    model.kicker = SecretText(text("known.kind"));
    return;
  case PageId::article:
    if (visit_.reading && visit_.reading->article) model.title = visit_.reading->article->title;
    model.kicker = SecretText(text("article.kind"));
    return;
  case PageId::guide: {
    const GuideNode* node = guide_node();
    if (node == nullptr) return;
    const Reading& reading = *visit_.reading;
    model.header = words_.fill("guide.header", {{"title", domain::text_in(reading.guide->title, tag())}});
    model.header_short = SecretText(text("guide.header.short"));
    if (node->type == GuideNode::Type::answer) {
      model.title = text("guide.try");
      return;
    }
    model.title = domain::text_in(node->text, tag());
    if (node->type != GuideNode::Type::question) return;
    model.title_large = true;
    const int number = static_cast<int>(reading.steps.size()) + 1;
    const std::string n = std::to_string(number),
                      m = std::to_string(std::max(number, reading.guide->questions_max()));
    model.kicker = words_.fill("guide.question", {{"n", n}, {"m", m}});
    return;
  }
  case PageId::ticket:
    if (!visit_.ticket) return;
    model.header = words_.fill("ticket.header", {{"code", visit_.ticket->code}});
    model.header_short = visit_.ticket->code;
    if (state_.reach) model.title = reach_title_of(*visit_.ticket);
    return;
  case PageId::thanks:
    switch (std::get<screen::Thank>(state_.screen).what) {
    case screen::Thanks::helped: model.title = text("thanks.helped.title"); return;
    case screen::Thanks::closed:
    case screen::Thanks::closed_later: model.title = text("thanks.closed.title"); return;
    case screen::Thanks::reopened:
    case screen::Thanks::reopened_later: model.title = text("thanks.reopened.title"); return;
    }
    return;
  default: return;
  }
}

void ModelMaker::put_answer_primary(Model& model) const {
  FooterView& footer = model.footer;
  const auto other = [&](std::string_view name, Intent intent) {
    footer.primary = ActionView{name, Icon::ticket_confirmation, false, std::move(intent)};
    footer.primary_is_secondary = true;
  };
  const bool can_save = state_.store == StoreState::fine;
  switch (page_) {
  case PageId::bulletin:
    if (visit_.bulletin && can_save)
      footer.primary =
          ActionView{text("bulletin.join"), Icon::check, false, JoinBulletin{visit_.bulletin->id}};
    return;
  case PageId::find:
    if (can_save) other(text("guide.get_number"), GetNumber{});
    return;
  case PageId::guide: {
    const GuideNode* node = guide_node();
    if (node == nullptr || !can_save) return;
    if (node->type == GuideNode::Type::get_help)
      footer.primary = ActionView{text("guide.get_number"), Icon::arrow_right, false, GetNumber{}};
    else if (node->type == GuideNode::Type::question)
      other(text("guide.get_number"), GetNumber{});
    return;
  }
  case PageId::ticket_code:
    footer.primary = ActionView{text("ticket_code.look"), Icon::arrow_right, false, Continue{}};
    return;
  case PageId::ticket:
    if (may_continue(visit_, page_))
      footer.primary = ActionView{text("ticket.close"), Icon::check, false, Continue{}};
    return;
  case PageId::reply: footer.primary = ActionView{text("reply.send"), Icon::check, false, Continue{}}; return;
  case PageId::pin:
    footer.primary = ActionView{text("common.continue"), Icon::arrow_right, false, Continue{}};
    return;
  default: return;
  }
}

// --- Answers ---
LinkView ModelMaker::link(const Suggestion& found) const {
  LinkView view;
  view.title = found.title;
  view.intent = OpenAnswer{found.kind, found.id};
  switch (found.kind) {
  case AnswerKind::bulletin:
    view.icon = Icon::bullhorn;
    view.kind = SecretText(text("known.kind"));
    return view;
  case AnswerKind::article:
    view.icon = Icon::file_document;
    view.kind = SecretText(text("article.kind"));
    return view;
  case AnswerKind::guide:
    view.icon = Icon::call_split;
    view.kind = words_.plural("guide.kind", found.questions);
    return view;
  }
  return view;
}

std::vector<Block> ModelMaker::known() const {
  LinksView links;
  for (const domain::Bulletin& bulletin : state_.bulletins)
    links.links.push_back({Icon::bullhorn, SecretText(text("known.kind")),
                           domain::text_in(bulletin.title, tag()),
                           OpenAnswer{AnswerKind::bulletin, bulletin.id}});
  std::vector<Block> blocks;
  if (links.links.empty())
    blocks.emplace_back(TextView{TextStyle::text, SecretText(text("known.none"))});
  else
    blocks.emplace_back(std::move(links));
  return blocks;
}

std::vector<Block> ModelMaker::bulletin() const {
  std::vector<Block> blocks;
  if (!visit_.bulletin) return blocks;
  for (const domain::Localised* part : {&visit_.bulletin->body, &visit_.bulletin->answer})
    if (const auto words = domain::text_in(*part, tag()); !words.empty())
      blocks.emplace_back(TextView{TextStyle::text, SecretText(words)});
  blocks.emplace_back(ExplainView{text("bulletin.what_next"), {}});
  return blocks;
}

std::vector<Block> ModelMaker::find() const {
  std::vector<Block> blocks;
  blocks.emplace_back(field(Field::search));
  if (visit_.found.empty()) {
    if (!visit_.at(Field::search).edit.is_blank())
      blocks.emplace_back(TextView{TextStyle::quiet, SecretText(text("find.none"))});
    return blocks;
  }
  LinksView links;
  for (const Suggestion& found : visit_.found) links.links.push_back(link(found));
  links.count = words_.plural("links.count", static_cast<int>(links.links.size()));
  blocks.emplace_back(std::move(links));
  return blocks;
}

ChoiceGroupView ModelMaker::helped() const {
  ChoiceGroupView group{text("article.helped"), true, ChoiceStyle::pair, {}};
  group.choices.push_back({text("article.yes"), "", Icon::check, false, SayHelped{true}});
  group.choices.push_back({text("article.no"), "", Icon::close, false, SayHelped{false}});
  return group;
}

std::vector<Block> ModelMaker::article() const {
  std::vector<Block> blocks;
  if (!visit_.reading || !visit_.reading->article) return blocks;
  for (const ArticleText::Part& part : visit_.reading->article->parts) {
    TextView view{TextStyle::text, SecretText(part.text)};
    if (part.kind == ArticleText::Part::Kind::heading) view.style = TextStyle::heading;
    if (part.kind == ArticleText::Part::Kind::step) {
      view.style = TextStyle::step;
      view.mark = SecretText(part.number > 0 ? std::to_string(part.number) : "•");
    }
    blocks.emplace_back(std::move(view));
  }
  blocks.emplace_back(helped());
  return blocks;
}

const GuideNode* ModelMaker::guide_node() const {
  if (!visit_.reading || !visit_.reading->guide) return nullptr;
  return visit_.reading->guide->find(visit_.reading->node);
}

std::vector<Block> ModelMaker::guide() const {
  std::vector<Block> blocks;
  const GuideNode* node = guide_node();
  if (node == nullptr) return blocks;
  const std::string_view help = domain::text_in(node->help, tag());
  const auto restart = [&] {
    if (!visit_.reading->steps.empty())
      blocks.emplace_back(ButtonView{"restart", {text("guide.restart"), Icon::none, false, RestartGuide{}}});
  };
  if (node->type == GuideNode::Type::question) {
    if (!help.empty()) blocks.emplace_back(ExplainView{help, domain::parse_guide_picture(node->picture)});
    ChoiceGroupView answers{"", false, ChoiceStyle::pair, {}};
    answers.choices.push_back({text("common.yes"), "", Icon::check, false, AnswerGuide{GuideAnswer::yes}});
    answers.choices.push_back({text("common.no"), "", Icon::close, false, AnswerGuide{GuideAnswer::no}});
    blocks.emplace_back(std::move(answers));
    blocks.emplace_back(
        ButtonView{"unsure", {text("guide.unsure"), Icon::none, false, AnswerGuide{GuideAnswer::unsure}}});
    return blocks;
  }
  if (node->type == GuideNode::Type::answer)
    blocks.emplace_back(TextView{TextStyle::text, SecretText(domain::text_in(node->text, tag()))});
  if (!help.empty()) blocks.emplace_back(TextView{TextStyle::quiet, SecretText(help)});
  if (node->type == GuideNode::Type::get_help) {
    restart();
    return blocks;
  }
  if (!node->article.empty()) {
    LinksView links;
    links.links.push_back({Icon::file_document, SecretText(text("article.kind")), text("guide.read_more"),
                           OpenAnswer{AnswerKind::article, node->article}});
    blocks.emplace_back(std::move(links));
  }
  blocks.emplace_back(helped());
  restart();
  return blocks;
}

// --- A ticket that is there already ---
TimelineView ModelMaker::timeline(const TicketInfo& ticket) const {
  using State = TimelineView::State;
  const auto time = [&](const std::optional<i18n::LocalTime>& at) { return at ? clock(*at) : SecretText(); };
  TimelineView view;
  const TicketStatus status = ticket.status;
  const bool is_waiting = status == TicketStatus::waits_customer || status == TicketStatus::waits_supplier;
  const bool is_done = status == TicketStatus::solved || status == TicketStatus::closed;
  const bool is_new = status == TicketStatus::created;
  view.steps.push_back(
      {is_new ? State::now : State::done, text("ticket.registered"), time(ticket.registered)});
  view.steps.push_back({status == TicketStatus::in_work ? State::now
                        : is_new                        ? State::to_come
                                                        : State::done,
                        text("ticket.in_work"),
                        status == TicketStatus::in_work ? time(ticket.since) : SecretText()});
  if (is_waiting)
    view.steps.push_back(
        {State::now,
         status == TicketStatus::waits_customer ? text("ticket.waits_you") : text("ticket.waits_other"),
         time(ticket.since)});
  view.steps.push_back({status == TicketStatus::solved ? State::now
                        : is_done                      ? State::done
                                                       : State::to_come,
                        is_done ? text("ticket.solved") : text("ticket.solved_later"),
                        status == TicketStatus::solved ? time(ticket.since) : SecretText()});
  view.steps.push_back({status == TicketStatus::closed ? State::now : State::to_come,
                        status == TicketStatus::closed ? text("ticket.closed") : text("ticket.confirm"),
                        status == TicketStatus::closed ? time(ticket.since) : SecretText()});
  return view;
}

std::string_view ModelMaker::reach_title_of(const TicketInfo& ticket) const {
  switch (ticket.status) {
  case TicketStatus::created: return text("ticket.registered");
  case TicketStatus::in_work: return text("ticket.in_work");
  case TicketStatus::waits_customer: return text("ticket.waits_you");
  case TicketStatus::waits_supplier: return text("ticket.waits_other");
  case TicketStatus::solved: return text("ticket.works");
  case TicketStatus::closed: return text("ticket.closed");
  }
  return {};
}

std::vector<Block> ModelMaker::ticket() const {
  std::vector<Block> blocks;
  if (!visit_.ticket) return blocks;
  const TicketInfo& ticket = *visit_.ticket;
  blocks.emplace_back(timeline(ticket));
  if (ticket.as_of)
    blocks.emplace_back(
        TextView{TextStyle::quiet, words_.fill("ticket.as_of", {{"time", clock(*ticket.as_of)}})});
  put_ticket_question(ticket, blocks);
  return blocks;
}

void ModelMaker::put_ticket_question(const TicketInfo& ticket, std::vector<Block>& blocks) const {
  const auto say = [&](SecretText words) {
    blocks.emplace_back(TextView{TextStyle::text, std::move(words)});
  };
  switch (ticket.status) {
  case TicketStatus::created:
    if (!ticket.queue_number.empty() && ticket.ahead) {
      blocks.emplace_back(
          TextView{TextStyle::heading, words_.fill("ticket.number", {{"number", ticket.queue_number}})});
      say(*ticket.ahead == 0 ? SecretText(text("number.next"))
                             : words_.plural("number.ahead", *ticket.ahead));
      if (ticket.wait) say(wait_range(*ticket.wait));
    } else {
      say(SecretText(text("ticket.new_text")));
    }
    return;
  case TicketStatus::in_work: return say(SecretText(text("ticket.in_work_text")));
  case TicketStatus::waits_customer: return say(SecretText(text("ticket.waits_you_text")));
  case TicketStatus::waits_supplier: return say(SecretText(text("ticket.waits_other_text")));
  case TicketStatus::closed:
    say(SecretText(text("ticket.closed_text")));
    blocks.emplace_back(ButtonView{"again", {text("ticket.again"), Icon::none, false, SayWorks{false}}});
    return;
  case TicketStatus::solved: break;
  }
  // In reach mode the question stands over the upper half.
  ChoiceGroupView works{state_.reach ? "" : text("ticket.works"), true, ChoiceStyle::pair, {}};
  works.choices.push_back({text("ticket.yes"), "", Icon::check, visit_.works == true, SayWorks{true}});
  works.choices.push_back({text("ticket.no"), "", Icon::close, false, SayWorks{false}});
  blocks.emplace_back(std::move(works));
  if (visit_.works != true) return;
  StarsView stars{text("ticket.rate"),      text("common.optional"),  text("ticket.poor"),
                  text("ticket.very_good"), visit_.stars.value_or(0), {}};
  constexpr std::string_view k_names[] = {"ticket.star_1", "ticket.star_2", "ticket.star_3", "ticket.star_4",
                                          "ticket.star_5"};
  for (std::size_t i = 0; i < stars.names.size(); ++i) stars.names[i] = SecretText(text(k_names[i]));
  blocks.emplace_back(std::move(stars));
}

std::vector<Block> ModelMaker::thanks() const {
  const auto& shown = std::get<screen::Thank>(state_.screen);
  std::vector<Block> blocks;
  const auto say = [&](std::string_view words) {
    blocks.emplace_back(TextView{TextStyle::text, SecretText(words)});
  };
  switch (shown.what) {
  case screen::Thanks::helped:
    say(text("thanks.helped.text"));
    if (!shown.code.empty())
      blocks.emplace_back(
          TextView{TextStyle::quiet, words_.fill("thanks.helped.code", {{"code", shown.code}})});
    return blocks;
  case screen::Thanks::closed:
  case screen::Thanks::closed_later: say(text("thanks.closed.text")); break;
  case screen::Thanks::reopened:
  case screen::Thanks::reopened_later: say(text("thanks.reopened.text")); break;
  }
  if (shown.what == screen::Thanks::closed_later || shown.what == screen::Thanks::reopened_later)
    blocks.emplace_back(
        NoticeView{Icon::cloud_outline_off, text("start.offline.title"), text("thanks.later")});
  return blocks;
}

// --- Service ---
std::string_view ModelMaker::printer_state() const {
  switch (state_.printer) {
  case PrinterState::none: return text("service.printer.none");
  case PrinterState::ready:
  case PrinterState::printed: return text("service.printer.ready");
  case PrinterState::no_paper: return text("service.printer.no_paper");
  case PrinterState::failed: return text("service.printer.failed");
  }
  return {};
}

std::vector<Block> ModelMaker::service() const {
  std::vector<Block> blocks;
  const auto& info = std::get<screen::Service>(state_.screen).info;
  if (!info) {
    blocks.emplace_back(TextView{TextStyle::quiet, SecretText(text("sending.title"))});
    return blocks;
  }
  const auto line = [&](std::string_view key, std::string_view value) {
    blocks.emplace_back(
        TextView{TextStyle::text, words_.fill("service.line", {{"what", text(key)}, {"value", value}})});
  };
  line("service.desk", info->in_touch ? text("service.in_touch") : text("service.no_touch"));
  if (!info->trouble.empty()) blocks.emplace_back(TextView{TextStyle::quiet, SecretText(info->trouble)});
  if (info->last_contact) line("service.last_contact", clock(*info->last_contact));
  line("service.outbox", std::to_string(info->outbox));
  line("service.printer", state_.printer == PrinterState::none
                              ? std::string(printer_state())
                              : state_.site.printer + ", " + std::string(printer_state()));
  line("service.speech",
       state_.speech_device.empty() ? text("service.no_speech") : std::string_view(state_.speech_device));
  line("service.storage", i18n::format_number(state_.language, info->free_mb));
  line("service.station", info->station);
  line("service.version", info->version);
  for (const std::string& entry : info->log) blocks.emplace_back(TextView{TextStyle::log, SecretText(entry)});
  blocks.emplace_back(ButtonView{"restart", {text("service.restart"), Icon::none, false, RestartKiosk{}}});
  return blocks;
}

// --- The number ---
SecretText ModelMaker::wait_range(const domain::WaitRange& wait) const {
  const std::string from = std::to_string(wait.least_min), to = std::to_string(wait.most_min);
  return wait.least_min == 0 ? words_.fill("number.wait_most", {{"to", to}})
                             : words_.fill("number.wait", {{"from", from}, {"to", to}});
}

NumberView ModelMaker::number() const {
  const auto& shown = std::get<screen::Number>(state_.screen);
  const Registered& ticket = shown.ticket;
  NumberView view;
  view.desk_name =
      state_.site.organisation.empty() ? text("desk.name") : std::string_view(state_.site.organisation);
  view.corner = shown.offline ? SecretText(text("number.offline")) : clock(ticket.at);
  view.label = text("number.label");
  view.number = ticket.queue_number;
  view.line1 = SecretText(text("number.called"));
  if (shown.offline) {
    view.line2 = SecretText(text("number.wait_unknown"));
  } else if (!state_.opening.is_open) {
    view.line1 = SecretText(text("start.when_open"));
    view.line2 = corner();
  } else if (ticket.queue) {
    const QueueInfo& queue = *ticket.queue;
    SecretText people =
        queue.ahead == 0 ? SecretText(text("number.next")) : words_.plural("number.ahead", queue.ahead);
    if (queue.wait && queue.ahead > 0) {
      view.line1 = wait_range(*queue.wait);
    }
    view.line2 = std::move(people);
  }
  view.ticket_label = text("number.ticket");
  view.code = ticket.code;
  if (shown.qr) view.qr = &*shown.qr;
  if (shown.qr) view.follow = shown.offline ? text("number.follow_later") : text("number.follow");
  view.first =
      NoticeView{Icon::bell_ring, "", shown.offline ? text("number.seat_offline") : text("number.seat")};
  put_slip(view, shown.offline);
  view.clears = words_.plural("number.clears", seconds_left(shown.clears_at, now_));
  // Speech reads "A12" as one word unless the letter stands apart.
  const auto digits = view.number.find_first_of("0123456789");
  view.spoken_number = SecretText(view.number.substr(0, digits));
  if (digits != std::string_view::npos) {
    if (digits > 0) view.spoken_number.append(" ");
    view.spoken_number.append(view.number.substr(digits));
  }
  return view;
}

// That it is kept is said before that it is printed.
void ModelMaker::put_slip(NumberView& view, bool offline) const {
  switch (state_.printer) {
  case PrinterState::none: view.second = {Icon::ticket_confirmation, "", text("number.keep")}; break;
  case PrinterState::ready:
  case PrinterState::printed: view.second = {Icon::printer, "", text("number.printing")}; break;
  case PrinterState::no_paper: view.second = {Icon::printer, "", text("number.no_paper")}; break;
  case PrinterState::failed: view.second = {Icon::printer, "", text("number.no_slip")}; break;
  }
  if (offline) view.second = {Icon::cloud_outline_off, "", text("number.kept_offline")};
}

} // namespace walkin::kiosk
