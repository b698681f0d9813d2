#include "kiosk/answers.hpp"

#include "kiosk/app/scan.hpp"
#include "shared/domain/ticket_code.hpp"

#include <algorithm>
#include <cmark.h>
#include <memory>
#include <sodium.h>
#include <string>

namespace walkin::kiosk {

using domain::EventKind;
using domain::EventParts;
using domain::TicketStatus;

namespace {

constexpr std::size_t k_found_max = 6;

AnswerKind kind_of(domain::DocumentKind kind) {
  if (kind == domain::DocumentKind::guide) return AnswerKind::guide;
  return kind == domain::DocumentKind::bulletin ? AnswerKind::bulletin : AnswerKind::article;
}

} // namespace

Intent Answers::answer(const LookUpPerson& question) {
  PersonLooked out{question.ask, station_.reference().has_directory(), std::nullopt};
  if (auto entry = station_.reference().find_person(question.identifier))
    out.person = KnownPerson{SecretText(entry->masked_name), SecretText(entry->masked_email),
                             SecretText(entry->masked_phone), SecretText(entry->person),
                             std::string(domain::name_of(entry->entitlement))};
  return out;
}

Intent Answers::answer(const LookUpAsset& question) {
  AssetLooked out{question.ask, std::nullopt};
  if (auto asset = station_.reference().find_asset(question.tag)) {
    std::string os = asset->os;
    out.asset = KnownAsset{SecretText(asset->tag), std::move(os), asset->model, asset->memory_mb};
  }
  return out;
}

Intent Answers::answer(const Suggest& question) {
  store::Reference& reference = station_.reference();
  const std::string_view language = i18n::tag_of(question.language);
  const store::SearchFor search{question.words, language, question.category, k_found_max};
  std::vector<store::Match> matches;
  if (!question.for_find)
    matches = reference.suggest(search, clock_.now());
  else if (question.words.view().find_first_not_of(' ') == std::string_view::npos)
    matches = reference.browse(language, question.category, k_found_max);
  else
    matches = reference.search(search);
  Suggested out{question.ask, {}};
  for (const store::Match& match : matches)
    out.found.push_back({kind_of(match.kind), match.id, match.title, match.questions});
  return out;
}

Intent Answers::answer(const LoadAnswer& question) {
  AnswerOpened out{question.ask, std::nullopt, std::nullopt};
  if (question.kind == AnswerKind::guide) {
    out.guide = station_.reference().guide(question.id);
  } else if (auto article = station_.reference().article(question.id, i18n::tag_of(question.language));
             article && article->audience == domain::Audience::everyone) {
    out.article = ArticleText{article->id, article->title, parts_of_article(article->body)};
  }
  return out;
}

// Numbers begin anew each day: one that waits is that of a ticket of today only.
void Answers::put_place(TicketInfo& info) {
  const auto came = info.registered ? info.registered : info.since;
  if (info.status != TicketStatus::created || !came || came->date != local_(clock_.now()).date) return;
  const auto board = station_.reference().queue_board();
  const auto ahead = board ? board->ahead_of(info.queue_number.view()) : std::nullopt;
  if (!ahead) return;
  info.ahead = static_cast<int>(*ahead);
  info.wait = domain::estimated_wait(*ahead, board->median_service_min, board->people_serving);
}

std::optional<TicketInfo> Answers::ticket_info(std::string_view code) {
  const auto own = station_.find_code(code);
  const auto ticket = own ? station_.load(*own) : std::nullopt;
  const auto told = station_.public_status(code);
  if (!ticket && !told) return std::nullopt;
  TicketInfo info;
  info.code = SecretText(code);
  if (told) {
    info.status = told->status;
    info.queue_number = SecretText(told->queue_number);
    info.since = local_(told->updated);
  }
  if (ticket) {
    info.registered = local_(ticket->created);
    if (!told) info.status = ticket->status();
    if (!told) info.queue_number = SecretText(ticket->text("queue_number"));
  }
  put_place(info);
  const auto status = station_.status();
  if (status.last_contact && clock_.now() - *status.last_contact >= k_last_contact_recent)
    info.as_of = local_(*status.last_contact);
  return info;
}

Intent Answers::answer(const FindTicket& question) {
  TicketLooked out{question.ask, std::nullopt, {}};
  if (auto code = domain::parse_ticket_code(question.code)) out.ticket = ticket_info(*code);
  if (out.ticket) return out;
  for (const std::string& near : codes_near(question.code))
    if (ticket_info(near)) {
      out.likely = SecretText(near);
      break;
    }
  return out;
}

Intent Answers::answer(const SaveReply& reply) {
  ReplySaved out{reply.ask, false};
  std::optional<domain::TicketId> ticket;
  if (auto told = station_.public_status(reply.code)) ticket = told->ticket;
  if (auto own = station_.find_code(reply.code); !ticket && own) ticket = *own;
  if (!ticket) return out;
  std::vector<EventParts> parts;
  if (reply.works) {
    parts.push_back({EventKind::confirmed, {{"solved", true}}, {}});
    if (reply.stars) parts.push_back({EventKind::rated, {{"stars", std::int64_t{*reply.stars}}}, {}});
  } else {
    EventParts reopened{EventKind::reopened, {}, {}};
    if (!reply.text.empty()) reopened.contact.emplace("text", std::string(reply.text.view()));
    parts.push_back(std::move(reopened));
  }
  out.saved = station_.append_reply(*ticket, std::move(parts)).has_value();
  return out;
}

Intent Answers::answer(const CheckPin& question) {
  const auto settings = station_.reference().settings();
  PinChecked out{question.ask, false};
  if (!settings || settings->staff_pin_hash.empty()) return out;
  out.right = ::crypto_pwhash_str_verify(settings->staff_pin_hash.c_str(), question.pin.view().data(),
                                         question.pin.size()) == 0;
  return out;
}

namespace {

// Walks one article; what it collects for a block is its text without marks.
class ArticleReader {
public:
  std::vector<ArticleText::Part> read(cmark_node* root) {
    const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(root),
                                                                           &cmark_iter_free);
    for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iterator.get()))
      take(event, cmark_iter_get_node(iterator.get()));
    return std::move(parts_);
  }

private:
  void take(cmark_event_type event, cmark_node* node) {
    const bool enters = event == CMARK_EVENT_ENTER;
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
      if (enters) text_ += cmark_node_get_literal(node);
      return;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK: text_ += ' '; return;
    case CMARK_NODE_CODE_BLOCK:
      text_ += cmark_node_get_literal(node);
      return end(ArticleText::Part::Kind::text);
    case CMARK_NODE_HEADING:
      if (!enters) end(ArticleText::Part::Kind::heading);
      return;
    case CMARK_NODE_PARAGRAPH:
      if (!enters) end(in_item_ ? ArticleText::Part::Kind::step : ArticleText::Part::Kind::text);
      return;
    case CMARK_NODE_LIST:
      if (enters)
        number_ = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? cmark_node_get_list_start(node) : 0;
      return;
    case CMARK_NODE_ITEM:
      in_item_ = enters;
      if (!enters && number_ > 0) ++number_;
      return;
    default: return;
    }
  }

  void end(ArticleText::Part::Kind kind) {
    while (!text_.empty() && (text_.back() == ' ' || text_.back() == '\n')) text_.pop_back();
    const int number = kind == ArticleText::Part::Kind::step ? number_ : 0;
    if (!text_.empty()) parts_.push_back({kind, std::move(text_), number});
    text_.clear();
  }

  std::vector<ArticleText::Part> parts_;
  std::string text_;
  int number_ = 0;
  bool in_item_ = false;
};

} // namespace

std::vector<ArticleText::Part> parts_of_article(std::string_view commonmark) {
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
      cmark_parse_document(commonmark.data(), commonmark.size(), CMARK_OPT_SMART | CMARK_OPT_VALIDATE_UTF8),
      &cmark_node_free);
  return root ? ArticleReader().read(root.get()) : std::vector<ArticleText::Part>{};
}

} // namespace walkin::kiosk
