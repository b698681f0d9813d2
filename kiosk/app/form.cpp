#include "kiosk/app/form.hpp"

#include <algorithm>
#include <string>

namespace walkin::kiosk {

namespace {

constexpr std::size_t k_extension_digits_max = 6; // longer is a number that can be called from outside

bool is_extension(std::string_view text) {
  return !text.empty() && text.size() <= k_extension_digits_max &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string copy_of(const Visit& visit, Field field) { return std::string(visit.at(field).edit.text()); }

void put_contact(domain::Registration& out, const Visit& visit) {
  const auto field = reach_field(visit);
  if (!field) return;
  if (visit.way == Way::guest) out.contact.name = copy_of(visit, Field::guest_name);
  switch (*field) {
  case Field::staff_number: out.contact.employee_id = copy_of(visit, *field); break;
  case Field::email:
    out.contact.email = copy_of(visit, *field);
    out.contact.preferred = "email";
    break;
  default:
    out.contact.phone = copy_of(visit, *field);
    out.contact.preferred = "phone";
    break;
  }
}

void put_computer(domain::ComputerDetails& out, const Visit& visit) {
  out.asset_tag = copy_of(visit, Field::asset_tag);
  out.model = copy_of(visit, Field::model);
  if (visit.system)
    out.os = *visit.system == System::other ? copy_of(visit, Field::other_system)
                                            : std::string(system_name_of(*visit.system));
  if (visit.memory) out.memory_mb = memory_mb_of(*visit.memory);
}

void put_telephone(domain::TelephoneDetails& out, const Visit& visit) {
  const bool short_number = domain_field_of(visit, Field::telephone_number) == "telephone.extension";
  (short_number ? out.extension : out.number) = copy_of(visit, Field::telephone_number);
  out.handset = copy_of(visit, Field::handset);
  out.carrier = copy_of(visit, Field::carrier);
  if (visit.voicemail) out.voicemail = *visit.voicemail;
}

// What the answer was about stands for what was asked, where nothing was written.
void put_self_service(domain::Registration& out, const Visit& visit, i18n::Language language) {
  out.self_service = true;
  out.nature = domain::Nature::question;
  if (!visit.reading) return;
  const auto& guide = visit.reading->guide;
  if (guide && !out.category) out.category = guide->category;
  if (!out.description.empty()) return;
  if (guide) out.description = domain::text_in(guide->title, i18n::tag_of(language));
  if (visit.reading->article) out.description = visit.reading->article->title;
}

} // namespace

std::string_view domain_field_of(const Visit& visit, Field field) {
  switch (field) {
  case Field::staff_number: return "contact.employee_id";
  case Field::email: return "contact.email";
  case Field::phone: return "contact.phone";
  case Field::guest_name: return "contact.name";
  case Field::asset_tag: return "computer.asset_tag";
  case Field::other_system: return "computer.os";
  case Field::model: return "computer.model";
  case Field::telephone_number:
    return is_extension(visit.at(field).edit.text()) ? "telephone.extension" : "telephone.number";
  case Field::handset: return "telephone.handset";
  case Field::carrier: return "telephone.carrier";
  case Field::words: return "description";
  case Field::search:
  case Field::ticket_code:
  case Field::reply:
  case Field::pin: return "";
  }
  return "";
}

KeyboardKind keyboard_of(Field field) {
  switch (field) {
  case Field::staff_number:
  case Field::ticket_code:
  case Field::asset_tag: return KeyboardKind::code;
  case Field::email: return KeyboardKind::mail;
  case Field::phone:
  case Field::pin:
  case Field::telephone_number: return KeyboardKind::number;
  case Field::search:
  case Field::reply:
  case Field::guest_name:
  case Field::other_system:
  case Field::model:
  case Field::handset:
  case Field::carrier:
  case Field::words: return KeyboardKind::text;
  }
  return KeyboardKind::text;
}

bool is_multiline(Field field) { return field == Field::words || field == Field::reply; }
bool is_masked(Field field) { return field == Field::pin; }

std::optional<Field> reach_field(const Visit& visit) {
  if (!visit.way) return std::nullopt;
  const Way way = *visit.way == Way::guest ? visit.guest_way : *visit.way;
  switch (way) {
  case Way::staff_number: return Field::staff_number;
  case Way::phone: return Field::phone;
  case Way::email:
  case Way::guest: return Field::email;
  }
  return std::nullopt;
}

std::vector<Field> fields_of(const Visit& visit, PageId page) {
  switch (page) {
  case PageId::who_fields: {
    std::vector<Field> fields;
    if (visit.way == Way::guest) fields.push_back(Field::guest_name);
    if (const auto field = reach_field(visit)) fields.push_back(*field);
    return fields;
  }
  case PageId::computer:
    if (visit.system == System::other) return {Field::asset_tag, Field::other_system, Field::model};
    return {Field::asset_tag, Field::model};
  case PageId::telephone: return {Field::telephone_number, Field::handset, Field::carrier};
  case PageId::words: return {Field::words};
  case PageId::find: return {Field::search};
  case PageId::ticket_code: return {Field::ticket_code};
  case PageId::reply: return {Field::reply};
  case PageId::pin: return {Field::pin};
  case PageId::start:
  case PageId::who:
  case PageId::confirm:
  case PageId::known:
  case PageId::bulletin:
  case PageId::article:
  case PageId::guide:
  case PageId::ticket:
  case PageId::thanks:
  case PageId::service:
  case PageId::about:
  case PageId::serious:
  case PageId::consequence:
  case PageId::review:
  case PageId::sending:
  case PageId::number: return {};
  }
  return {};
}

PageId page_of_field(Field field) {
  switch (field) {
  case Field::staff_number:
  case Field::email:
  case Field::phone:
  case Field::guest_name: return PageId::who_fields;
  case Field::asset_tag:
  case Field::other_system:
  case Field::model: return PageId::computer;
  case Field::telephone_number:
  case Field::handset:
  case Field::carrier: return PageId::telephone;
  case Field::words: return PageId::words;
  case Field::search: return PageId::find;
  case Field::ticket_code: return PageId::ticket_code;
  case Field::reply: return PageId::reply;
  case Field::pin: return PageId::pin;
  }
  return PageId::start;
}

void check_field(Visit& visit, Field field, bool when_leaving_page) {
  auto& state = visit.at(field);
  const std::string_view name = domain_field_of(visit, field);
  if (name.empty()) return;
  state.problem = domain::check_text(name, state.edit.text());
  if (!state.problem && when_leaving_page && state.edit.is_blank() && reach_field(visit) == field)
    state.problem = domain::FieldProblem{std::string(name), domain::Problem::unreachable};
}

void recheck_edited(Visit& visit, Field field) {
  auto& told = visit.at(field).problem;
  if (!told) return;
  // While typing, only what was told already stays: the rest of a half-typed address is nobody's fault yet.
  const auto found = domain::check_text(domain_field_of(visit, field), visit.at(field).edit.text());
  if (!found || found->problem != told->problem) told.reset();
}

std::optional<Field> first_problem(Visit& visit, PageId page) {
  std::optional<Field> first;
  for (Field field : fields_of(visit, page)) {
    check_field(visit, field, true);
    if (first)
      visit.at(field).problem.reset(); // told when the first is mended
    else if (visit.at(field).problem)
      first = field;
  }
  return first;
}

std::optional<std::int64_t> memory_mb_of(Memory memory) {
  switch (memory) {
  case Memory::gb4: return 4 * 1024;
  case Memory::gb8: return 8 * 1024;
  case Memory::gb16: return 16 * 1024;
  case Memory::gb32: return 32 * 1024;
  case Memory::gb64: return 64 * 1024;
  case Memory::unknown: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Memory> memory_of(std::int64_t memory_mb) {
  for (Memory memory : {Memory::gb4, Memory::gb8, Memory::gb16, Memory::gb32, Memory::gb64})
    if (memory_mb_of(memory) == memory_mb) return memory;
  return std::nullopt;
}

System system_of(std::string_view os) {
  for (System system : {System::windows, System::macos, System::linux, System::chromeos})
    if (os.starts_with(system_name_of(system))) return system;
  return os.empty() ? System::unknown : System::other;
}

std::string_view system_name_of(System system) {
  switch (system) {
  case System::windows: return "Windows";
  case System::macos: return "macOS";
  case System::linux: return "Linux";
  case System::chromeos: return "ChromeOS";
  case System::other:
  case System::unknown: return "";
  }
  return "";
}

domain::Registration make_registration(const Visit& visit, i18n::Language language) {
  domain::Registration out;
  out.channel = domain::Channel::walk_in;
  put_contact(out, visit);
  out.contact.language = i18n::tag_of(language);
  out.category = visit.category;
  if (visit.category == domain::Category::computer) put_computer(out.computer, visit);
  if (visit.category == domain::Category::phone) put_telephone(out.telephone, visit);
  out.description = copy_of(visit, Field::words);
  if (visit.bulletin && visit.at(Field::words).edit.is_blank())
    out.description = domain::text_in(visit.bulletin->title, i18n::tag_of(language));
  if (visit.bulletin && !visit.category && visit.bulletin->categories.size() == 1)
    out.category = visit.bulletin->categories.front();
  out.severity = visit.severity;
  out.affected = visit.affected;
  out.consequence = visit.consequence;
  if (!visit.solved_by.empty()) put_self_service(out, visit, language);
  return out;
}

bool may_continue(const Visit& visit, PageId page) {
  switch (page) {
  case PageId::who: return visit.way.has_value();
  case PageId::about: return visit.category.has_value();
  case PageId::consequence: return visit.consequence_asked;
  case PageId::who_fields:
  case PageId::computer:
  case PageId::telephone:
  case PageId::words:
  case PageId::confirm:
  case PageId::ticket_code:
  case PageId::reply:
  case PageId::pin:
  case PageId::serious: return true;
  case PageId::ticket: return visit.works == true;
  case PageId::start:
  case PageId::review:
  case PageId::sending:
  case PageId::number:
  case PageId::known:
  case PageId::bulletin:
  case PageId::find:
  case PageId::article:
  case PageId::guide:
  case PageId::thanks:
  case PageId::service: return false;
  }
  return false;
}

} // namespace walkin::kiosk
