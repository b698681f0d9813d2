#include "kiosk/app/wording.hpp"

#include "kiosk/app/form.hpp"

#include <string>

namespace walkin::kiosk {

using domain::Category;
using domain::Degree;
using domain::Problem;

namespace {

SecretText filled(std::string_view pattern, std::span<const i18n::Argument> arguments) {
  SecretText text;
  i18n::fill_pieces(pattern, arguments, [&](std::string_view piece) { text.append(piece); });
  return text;
}

} // namespace

SecretText Words::fill(std::string_view key, std::initializer_list<i18n::Argument> arguments) const {
  return filled(text(key), {arguments.begin(), arguments.size()});
}

SecretText Words::plural(std::string_view key, int count) const {
  const std::string number = std::to_string(count);
  const i18n::Argument argument{"n", number};
  return filled(catalogue_.plural_text(key, count), {&argument, 1});
}

std::string_view category_name(const Words& words, Category category) {
  switch (category) {
  case Category::computer: return words.text("about.computer");
  case Category::phone: return words.text("about.phone");
  case Category::account: return words.text("about.account");
  case Category::printer: return words.text("about.printer");
  case Category::network: return words.text("about.network");
  case Category::other: return words.text("about.other");
  }
  return "";
}

std::string_view category_hint(const Words& words, Category category) {
  switch (category) {
  case Category::computer: return words.text("about.computer.hint");
  case Category::phone: return words.text("about.phone.hint");
  case Category::account: return words.text("about.account.hint");
  case Category::printer: return words.text("about.printer.hint");
  case Category::network: return words.text("about.network.hint");
  case Category::other: return words.text("about.other.hint");
  }
  return "";
}

Icon category_icon(Category category) {
  switch (category) {
  case Category::computer: return Icon::laptop;
  case Category::phone: return Icon::deskphone;
  case Category::account: return Icon::account_key;
  case Category::printer: return Icon::printer;
  case Category::network: return Icon::wifi;
  case Category::other: return Icon::help_circle;
  }
  return Icon::none;
}

std::string_view system_name(const Words& words, System system) {
  switch (system) {
  case System::other: return words.text("computer.system.other");
  case System::unknown: return words.text("common.dont_know");
  case System::windows:
  case System::macos:
  case System::linux:
  case System::chromeos: return system_name_of(system); // the same in every language
  }
  return "";
}

std::string_view memory_name(const Words& words, Memory memory) {
  // With a blank at which no line ends.
  switch (memory) {
  case Memory::gb4: return "4\u00A0GB";
  case Memory::gb8: return "8\u00A0GB";
  case Memory::gb16: return "16\u00A0GB";
  case Memory::gb32: return "32\u00A0GB";
  case Memory::gb64: return "64\u00A0GB";
  case Memory::unknown: return words.text("common.dont_know");
  }
  return "";
}

std::string_view consequence_name(const Words& words, std::optional<Degree> degree) {
  if (!degree) return words.text("consequence.unknown");
  switch (*degree) {
  case Degree::high: return words.text("consequence.high");
  case Degree::medium: return words.text("consequence.medium");
  case Degree::low: return words.text("consequence.low");
  }
  return "";
}

std::string_view field_label(const Words& words, Field field) {
  switch (field) {
  case Field::staff_number: return words.text("staff.label");
  case Field::email: return words.text("email.label");
  case Field::phone: return words.text("phone.label");
  case Field::guest_name: return words.text("guest.name.label");
  case Field::asset_tag: return words.text("computer.tag.label");
  case Field::other_system: return words.text("computer.other_system.label");
  case Field::model: return words.text("computer.model.label");
  case Field::telephone_number: return words.text("telephone.number.label");
  case Field::handset: return words.text("telephone.handset.label");
  case Field::carrier: return words.text("telephone.carrier.label");
  case Field::words: return words.text("words.title");
  case Field::search: return words.text("find.title");
  case Field::ticket_code: return words.text("ticket_code.label");
  case Field::reply: return words.text("reply.title");
  case Field::pin: return words.text("pin.label");
  }
  return "";
}

namespace {

std::string_view missing_mend(const Words& words, Field field) {
  if (field == Field::email) return words.text("problem.required.email.mend");
  if (field == Field::phone) return words.text("problem.required.phone.mend");
  return words.text("problem.required.staff.mend");
}

} // namespace

ProblemView problem_view(const Words& words, const Visit& visit, Field field) {
  const domain::FieldProblem& problem = *visit.at(field).problem;
  const std::string limit = std::to_string(problem.limit);
  switch (problem.problem) {
  case Problem::unreachable:
    return {words.text("problem.required.what"), SecretText(missing_mend(words, field))};
  case Problem::mail_no_at:
    return {words.text("problem.mail_no_at.what"), words.fill("problem.mail_no_at.mend", {})};
  case Problem::mail_no_ending: {
    std::string_view mail = visit.at(field).edit.text();
    mail.remove_prefix(std::min(mail.size(), mail.find('@') + 1));
    return {words.text("problem.mail_no_ending.what"),
            words.fill("problem.mail_no_ending.mend", {{"domain", mail}})};
  }
  case Problem::mail_bad_character:
    return {words.text("problem.mail_bad_character.what"), words.fill("problem.mail_bad_character.mend", {})};
  case Problem::phone_bad_character:
    return {words.text("problem.phone_bad_character.what"),
            words.fill("problem.phone_bad_character.mend", {})};
  case Problem::phone_too_few:
    return {words.text("problem.phone_too_few.what"),
            words.fill("problem.phone_too_few.mend", {{"limit", limit}})};
  case Problem::id_bad_character:
    return {words.text("problem.id_bad_character.what"), words.fill("problem.id_bad_character.mend", {})};
  case Problem::too_long:
    return {words.text("problem.too_long.what"), words.fill("problem.too_long.mend", {{"limit", limit}})};
  case Problem::invalid_utf8:
  case Problem::forbidden_character:
    return {words.text("problem.forbidden_character.what"),
            words.fill("problem.forbidden_character.mend", {})};
  case Problem::too_small:
  case Problem::too_big:
  case Problem::not_a_choice: return {words.text("problem.other.what"), words.fill("problem.other.mend", {})};
  }
  return {words.text("problem.other.what"), words.fill("problem.other.mend", {})};
}

ProblemView ticket_problem(const Words& words, std::string_view likely) {
  return {words.text("ticket_code.unknown.what"),
          likely.empty() ? SecretText(words.text("ticket_code.unknown.mend"))
                         : words.fill("ticket_code.unknown.likely", {{"code", likely}})};
}

SecretText dotted(std::string_view masked) {
  SecretText out;
  for (const char& c : masked) out.append(c == '*' ? std::string_view("•") : std::string_view(&c, 1));
  return out;
}

namespace {

// Values one after another with commas, leaving out those that were not given.
class Joined {
public:
  void add(std::string_view value) {
    if (value.empty()) return;
    if (!text_.empty()) text_.append(", ");
    text_.append(value);
  }
  SecretText take(const Words& words) {
    if (text_.empty()) text_.append(words.text("review.not_given"));
    return std::move(text_);
  }

private:
  SecretText text_;
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \n\t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n\t") - first + 1);
}

std::string_view entered(const Visit& visit, Field field) { return trimmed(visit.at(field).edit.text()); }

SecretText computer_value(const Words& words, const Visit& visit) {
  Joined value;
  value.add(entered(visit, Field::asset_tag));
  if (visit.system == System::other)
    value.add(entered(visit, Field::other_system));
  else if (visit.system && visit.system != System::unknown)
    value.add(system_name(words, *visit.system));
  if (visit.memory && visit.memory != Memory::unknown) value.add(memory_name(words, *visit.memory));
  value.add(entered(visit, Field::model));
  return value.take(words);
}

SecretText telephone_value(const Words& words, const Visit& visit) {
  Joined value;
  value.add(entered(visit, Field::telephone_number));
  value.add(entered(visit, Field::handset));
  value.add(entered(visit, Field::carrier));
  if (visit.voicemail == true) value.add(words.text("review.voicemail"));
  return value.take(words);
}

SecretText serious_value(const Words& words, const Visit& visit) {
  Joined value;
  if (visit.severity == Degree::high) value.add(words.text("review.high"));
  if (visit.severity == Degree::medium) value.add(words.text("review.medium"));
  if (visit.severity == Degree::low) value.add(words.text("review.low"));
  if (visit.affected == domain::Affected::one) value.add(words.text("review.one"));
  if (visit.affected == domain::Affected::team) value.add(words.text("review.team"));
  if (visit.affected == domain::Affected::many) value.add(words.text("review.many"));
  return value.take(words);
}

SecretText words_value(const Words& words, const Visit& visit) {
  const auto text = entered(visit, Field::words);
  return text.empty() ? SecretText(words.text("review.not_given"))
                      : words.fill("review.quote", {{"text", text}});
}

SecretText consequence_value(const Words& words, const Visit& visit) {
  return SecretText(visit.consequence_asked ? consequence_name(words, visit.consequence)
                                            : words.text("review.not_given"));
}

} // namespace

std::vector<ReviewRowView> review_rows(const Words& words, const Visit& visit) {
  std::vector<ReviewRowView> rows;
  auto add = [&](ReviewPart part, std::string_view label, SecretText value) {
    rows.push_back({part, label, std::move(value),
                    ActionView{words.text("common.change"), Icon::none, false, kiosk::Change{part}},
                    words.fill("review.change_what", {{"what", label}})});
  };
  auto given = [&](Field field) {
    Joined value;
    value.add(entered(visit, field));
    return value.take(words);
  };
  if (visit.way == Way::guest) add(ReviewPart::who, words.text("review.you"), given(Field::guest_name));
  if (visit.person) {
    const SecretText name = dotted(visit.person->masked_name);
    add(ReviewPart::who, words.text("review.you"),
        visit.by_badge ? words.fill("review.from_badge", {{"name", name}}) : name);
  }
  if (const auto reach = reach_field(visit); reach && !(visit.person && visit.by_badge)) {
    const auto label = *reach == Field::staff_number ? words.text("review.staff")
                       : *reach == Field::email      ? words.text("review.by_email")
                                                     : words.text("review.by_phone");
    add(ReviewPart::who, label, given(*reach));
  }
  if (visit.category)
    add(ReviewPart::about, words.text("review.about"), SecretText(category_name(words, *visit.category)));
  if (visit.category == Category::computer)
    add(ReviewPart::computer, words.text("review.computer"), computer_value(words, visit));
  if (visit.category == Category::phone)
    add(ReviewPart::telephone, words.text("review.telephone"), telephone_value(words, visit));
  add(ReviewPart::words, words.text("review.words"), words_value(words, visit));
  add(ReviewPart::serious, words.text("review.serious"), serious_value(words, visit));
  add(ReviewPart::consequence, words.text("review.consequence"), consequence_value(words, visit));
  return rows;
}

} // namespace walkin::kiosk
