#include "shared/domain/fields.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace walkin::domain {

namespace {

enum class Type {
  text,
  memory_mb,
  level,
  channel,
  category,
  nature,
  degree,
  affected,
  priority,
  status,
  voicemail
};

struct Field {
  std::string_view name;
  Type type;
  EventKind kind; // by which it is changed
  bool personal;
};

constexpr std::array k_fields{
    Field{"title", Type::text, EventKind::field_changed, true},
    Field{"description", Type::text, EventKind::field_changed, true},
    Field{"category", Type::category, EventKind::field_changed, false},
    Field{"nature", Type::nature, EventKind::field_changed, false},
    Field{"channel", Type::channel, EventKind::field_changed, false},
    Field{"severity", Type::degree, EventKind::field_changed, false},
    Field{"affected", Type::affected, EventKind::field_changed, false},
    Field{"consequence", Type::degree, EventKind::field_changed, false},
    Field{"priority", Type::priority, EventKind::field_changed, false},
    Field{"computer.asset_tag", Type::text, EventKind::field_changed, false},
    Field{"computer.os", Type::text, EventKind::field_changed, false},
    Field{"computer.os_version", Type::text, EventKind::field_changed, false},
    Field{"computer.memory_mb", Type::memory_mb, EventKind::field_changed, false},
    Field{"computer.model", Type::text, EventKind::field_changed, false},
    Field{"computer.serial", Type::text, EventKind::field_changed, false},
    Field{"computer.hostname", Type::text, EventKind::field_changed, false},
    Field{"telephone.number", Type::text, EventKind::field_changed, true},
    Field{"telephone.extension", Type::text, EventKind::field_changed, false},
    Field{"telephone.handset", Type::text, EventKind::field_changed, false},
    Field{"telephone.carrier", Type::text, EventKind::field_changed, false},
    Field{"telephone.voicemail", Type::voicemail, EventKind::field_changed, true},
    Field{"contact.name", Type::text, EventKind::contact_changed, true},
    Field{"contact.email", Type::text, EventKind::contact_changed, true},
    Field{"contact.phone", Type::text, EventKind::contact_changed, true},
    Field{"contact.employee_id", Type::text, EventKind::contact_changed, true},
    Field{"contact.preferred", Type::text, EventKind::contact_changed, true},
    Field{"contact.language", Type::text, EventKind::contact_changed, true},
    Field{"status", Type::status, EventKind::status_changed, false},
    Field{"assignee", Type::text, EventKind::assigned, false},
    Field{"group", Type::text, EventKind::assigned, false},
    Field{"owner", Type::text, EventKind::owner_changed, false},
    Field{"level", Type::level, EventKind::escalated, false},
    Field{"department", Type::text, EventKind::escalated, false},
};

const Field* find_field(std::string_view name) {
  const auto* found = std::ranges::find(k_fields, name, &Field::name);
  return found == k_fields.end() ? nullptr : found;
}

// Details of a machine name nobody, but a customer typed them.
bool may_be_sealed(const Field& field) {
  return field.name.starts_with("computer.") || field.name.starts_with("telephone.");
}

tl::unexpected<base::Error> wrong(std::string_view field, std::string_view expected) {
  return base::fail(base::ErrorCode::invalid, std::string(field) + ": " + std::string(expected) + ".",
                    std::string(field));
}

template <class Parse>
base::Result<Value> choice(std::string_view field, std::string_view text, Parse parse,
                           std::string_view expected) {
  if (!parse(text)) return wrong(field, expected);
  return Value{std::string(text)};
}

base::Result<Value> number(std::string_view field, std::string_view text, std::int64_t least,
                           std::int64_t most) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return wrong(field, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return Value{value};
}

} // namespace

bool is_writable(std::string_view field) { return find_field(field) != nullptr; }

bool is_personal(std::string_view field) {
  const Field* found = find_field(field);
  return found != nullptr && found->personal;
}

void move_typed_to_contact(EventParts& parts) {
  for (auto at = parts.body.begin(); at != parts.body.end();) {
    const Field* field = find_field(at->first);
    bool is_typed = field && may_be_sealed(*field) && std::holds_alternative<std::string>(at->second);
    if (!is_typed) {
      ++at;
      continue;
    }
    parts.contact.insert_or_assign(at->first, std::move(at->second));
    at = parts.body.erase(at);
  }
}

base::Result<Value> parse_field_value(std::string_view name, std::string_view typed) {
  const Field* field = find_field(name);
  if (!field) return wrong(name, "there is no such field to change");
  if (auto problem = check_text(name, typed))
    return base::fail(base::ErrorCode::invalid, describe(*problem), problem->field);
  std::string text = base::clean(typed);
  if (text.empty() && field->type != Type::status) return Value{};
  switch (field->type) {
  case Type::text: return Value{text};
  case Type::memory_mb: return number(name, text, 1, 64LL * 1024 * 1024);
  case Type::level: return number(name, text, 1, 3);
  case Type::channel: return choice(name, text, parse_channel, "walk_in, phone, email or field");
  case Type::category:
    return choice(name, text, parse_category, "computer, phone, account, printer, network or other");
  case Type::nature:
    return choice(name, text, parse_nature, "question, incident, problem, complaint or work_order");
  case Type::degree: return choice(name, text, parse_degree, "high, medium or low");
  case Type::affected: return choice(name, text, parse_affected, "one, team or many");
  case Type::priority: return choice(name, text, parse_priority, "P1, P2, P3 or P4");
  case Type::status:
    return choice(name, text, parse_status, "new, in_work, waits_customer, waits_supplier, solved or closed");
  case Type::voicemail:
    if (text == "yes" || text == "no") return Value{text == "yes"};
    return Value{text};
  }
  return Value{};
}

base::Status check_change(EventKind kind, std::string_view name, const Value& value, bool in_contact) {
  const Field* field = find_field(name);
  const bool registers = kind == EventKind::registered;
  if (!field) {
    if (registers) return {};
    return wrong(name, "there is no such field to change");
  }
  const bool is_detail = field->kind == EventKind::field_changed || field->kind == EventKind::contact_changed;
  if (registers ? !is_detail : field->kind != kind)
    return wrong(name, "this is written by an event of kind " + std::string(name_of(field->kind)));
  const auto* text = std::get_if<std::string>(&value);
  // Whether somebody asks about voicemail says nothing about them; the number of their mailbox does.
  const bool is_free = !text && field->type == Type::voicemail;
  const bool is_misplaced = field->personal ? !in_contact : in_contact && !may_be_sealed(*field);
  if (is_misplaced && !is_free && !is_cleared(value))
    return wrong(name, field->personal ? "this belongs in the contact part, where it can be erased"
                                       : "this belongs in the body");
  if (is_cleared(value) && field->type != Type::status) return {};
  const bool is_number = field->type == Type::memory_mb || field->type == Type::level;
  if (is_number && std::holds_alternative<std::int64_t>(value))
    text = nullptr;
  else if (is_free && std::holds_alternative<bool>(value))
    return {};
  else if (is_number || !text)
    return wrong(name, is_number ? "this must be a whole number" : "this must be text");
  if (auto parsed = parse_field_value(name, text ? *text : to_text(value)); !parsed)
    return base::forward_error(parsed);
  return {};
}

std::vector<EventParts> parts_for_changes(const Fields& changes) {
  std::vector<EventParts> events;
  for (const auto& [name, value] : changes) {
    const Field* field = find_field(name);
    if (!field) continue;
    auto same_kind = std::ranges::find(events, field->kind, &EventParts::kind);
    if (same_kind == events.end()) same_kind = events.insert(events.end(), {field->kind, {}, {}});
    (field->personal ? same_kind->contact : same_kind->body).emplace(name, value);
  }
  return events;
}

} // namespace walkin::domain
