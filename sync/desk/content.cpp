#include "sync/desk/content.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/reference_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace walkin::desk {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::uintmax_t k_file_bytes_max = 512 * 1024;
constexpr std::string_view k_article_ending = ".md", k_guide_ending = ".json";

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> files_in(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && entry.path().extension() == ending) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

std::size_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

// Where a member stands, by its name: JSON's readers do not say.
std::size_t line_of_member(const std::string& text, const std::string& member) {
  const auto at = text.find(fmt::format("\"{}\"", member));
  return at == std::string::npos ? 1 : line_of(text, at);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    std::string part = base::clean(text.substr(start, end - start));
    if (!part.empty()) out.push_back(std::move(part));
    start = end + 1;
  }
  return out;
}

base::Status wrong(std::string_view key, std::string_view what) {
  return base::fail(ErrorCode::invalid, fmt::format("{}: {}.", key, what), std::string(key));
}

base::Status set_day(std::optional<std::chrono::local_days>& day, std::string_view value) {
  auto parsed = domain::parse_local_day(value);
  if (!parsed) return base::forward_error(parsed);
  day = *parsed;
  return {};
}

base::Status set_header(domain::Article& article, std::string_view key, const std::string& value) {
  if (key == "title") {
    article.title = value;
  } else if (key == "summary") {
    article.summary = value;
  } else if (key == "keywords") {
    article.keywords = split(value);
  } else if (key == "category") {
    article.category = domain::parse_category(value);
    if (!article.category) return wrong(key, "computer, phone, account, printer, network or other");
  } else if (key == "product") {
    article.product = value;
  } else if (key == "audience") {
    auto audience = domain::parse_audience(value);
    if (!audience) return wrong(key, "public or internal");
    article.audience = *audience;
  } else if (key == "groups") {
    article.groups = split(value);
  } else if (key == "author") {
    article.author = value;
  } else if (key == "reviewed") {
    return set_day(article.reviewed, value);
  } else if (key == "review_by") {
    return set_day(article.review_by, value);
  } else {
    return wrong(key, "there is no such header");
  }
  return {};
}

class Reader {
public:
  Reader(fs::path folder, base::Instant now) : folder_(std::move(folder)), now_(now) {}

  Content read() {
    for (const fs::path& file : files_in(folder_ / "articles", k_article_ending)) read_article(file);
    for (const fs::path& file : files_in(folder_ / "guides", k_guide_ending)) read_guide(file);
    if (fs::exists(folder_ / "sample.json")) read_sample(folder_ / "sample.json", now_, content_);
    check_links();
    check_assets();
    return std::move(content_);
  }

private:
  std::optional<std::string> text_of(const fs::path& file, const std::string& name) {
    std::error_code error;
    std::string text = fs::file_size(file, error) <= k_file_bytes_max && !error ? read_file(file) : "";
    if (text.empty() || !base::is_valid_utf8(text)) {
      fault(name, 1, fmt::format("It is empty, over {} KiB, or no text in UTF-8.", k_file_bytes_max / 1024));
      return std::nullopt;
    }
    return text;
  }

  void read_article(const fs::path& file) {
    const std::string name = fmt::format("articles/{}", file.filename().string());
    auto text = text_of(file, name);
    if (!text) return;
    std::size_t line = 1;
    auto article = parse_article_file(file.stem().string(), *text, line);
    if (article)
      content_.articles.push_back(std::move(*article));
    else
      fault(name, line, article.error().message);
  }

  void read_guide(const fs::path& file) {
    const std::string name = fmt::format("guides/{}", file.filename().string());
    auto text = text_of(file, name);
    if (!text) return;
    try {
      [[maybe_unused]] const auto read = nlohmann::json::parse(*text);
    } catch (const nlohmann::json::parse_error& broken) {
      fault(name, line_of(*text, broken.byte), "It is no JSON from here on.");
      return;
    }
    auto guide = protocol::decode_guide(*text);
    if (!guide)
      fault(name, line_of_member(*text, guide.error().context), guide.error().message);
    else if (guide->id != file.stem().string())
      fault(name, line_of_member(*text, "id"), "id: it is not the file's name.");
    else {
      for (const auto& [node, content] : guide->nodes) {
        if (!content.article.empty())
          links_.push_back({name, line_of_member(*text, content.article), content.article});
        if (!content.picture.empty() && !domain::parse_guide_picture(content.picture))
          fault(name, line_of_member(*text, content.picture),
                fmt::format("picture: {} is none of printer_light, printer_tray.", content.picture));
      }
      content_.guides.push_back(std::move(*guide));
    }
  }

  // A guide that ends in an article that nobody has would end in an empty page.
  void check_links() {
    std::set<std::string> there;
    for (const domain::Article& article : content_.articles)
      if (article.audience == domain::Audience::everyone) there.insert(article.id);
    for (const Link& link : links_)
      if (!there.contains(link.article))
        fault(link.file, link.line, fmt::format("article: there is no public article {}.", link.article));
  }

  void check_assets() {
    std::set<std::string> tags;
    for (const domain::Asset& asset : content_.assets)
      if (!tags.insert(domain::normalised_tag(asset.tag)).second)
        fault("sample.json", line_of_member(read_file(folder_ / "sample.json"), asset.tag),
              fmt::format("tag: {} is there twice.", asset.tag));
  }

  void fault(std::string file, std::size_t line, std::string message) {
    content_.faults.push_back({std::move(file), line, std::move(message)});
  }

  struct Link {
    std::string file;
    std::size_t line;
    std::string article;
  };
  const fs::path folder_;
  const base::Instant now_;
  Content content_;
  std::vector<Link> links_;
};

// The bulletin in the folder tells its times from now; one that was taken in before keeps those of then.
domain::Bulletin with_times_of(domain::Bulletin bulletin, const std::optional<domain::Document>& before) {
  if (!before) return bulletin;
  auto held = protocol::decode_bulletin(before->body);
  if (!held) return bulletin;
  bulletin.from = held->from;
  bulletin.until = held->until;
  bulletin.is_ended = held->is_ended;
  bulletin.ended = held->ended;
  return bulletin;
}

domain::SiteSettings merged(std::optional<domain::SiteSettings> held, const domain::SiteSettings& told) {
  if (!held) return told;
  held->organisation = told.organisation;
  if (!told.logo_png.empty()) held->logo_png = told.logo_png;
  held->languages = told.languages;
  held->time_zone = told.time_zone;
  held->phone = told.phone;
  held->hours.week = told.hours.week;
  for (const auto& [day, open] : told.hours.exceptions) held->hours.exceptions.insert_or_assign(day, open);
  return *held;
}

} // namespace

base::Result<domain::Article> parse_article_file(std::string_view name, std::string_view text,
                                                 std::size_t& fault_line) {
  fault_line = 1;
  domain::Article article;
  const auto dot = name.rfind('.');
  article.id = name.substr(0, dot);
  article.language = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (!domain::is_document_name(article.id) || article.language.size() < 2 || article.language.size() > 8)
    return base::fail(ErrorCode::invalid,
                      "The file is not named as NAME.LANGUAGE.md, with letters a-z, digits and -.");
  for (std::size_t line = 1;; ++line) {
    fault_line = line;
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
      return base::fail(ErrorCode::invalid, "A line --- ends the headers; there is none.");
    std::string_view header = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (header.ends_with('\r')) header.remove_suffix(1);
    if (header == "---") break;
    const auto colon = header.find(':');
    if (colon == std::string_view::npos)
      return base::fail(ErrorCode::invalid, "A header is a name, a colon and a value.");
    if (auto set = set_header(article, header.substr(0, colon), base::clean(header.substr(colon + 1))); !set)
      return base::forward_error(set);
  }
  article.body = base::clean(text);
  if (article.title.empty()) return base::fail(ErrorCode::invalid, "title: it is missing.");
  if (article.body.empty()) return base::fail(ErrorCode::invalid, "There is no text after the headers.");
  if (auto fits = domain::check_article(article); !fits) return base::forward_error(fits);
  return article;
}

base::Result<Content> read_content(const fs::path& folder, base::Instant now) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return base::fail(ErrorCode::not_found, fmt::format("There is no folder {}.", folder.string()), "folder");
  return Reader(folder, now).read();
}

LoadReport load_content(Documents& documents, const Content& content, std::string_view by) {
  std::vector<DocumentDraft> drafts;
  for (const domain::SiteSettings& site : content.sites)
    drafts.push_back(draft_of(merged(documents.settings(site.site), site)));
  for (const domain::Article& article : content.articles) drafts.push_back(draft_of(article));
  for (const domain::Guide& guide : content.guides) drafts.push_back(draft_of(guide));
  for (const domain::Bulletin& bulletin : content.bulletins)
    drafts.push_back(
        draft_of(with_times_of(bulletin, documents.find(domain::DocumentKind::bulletin, bulletin.id))));
  for (const domain::Asset& asset : content.assets) drafts.push_back(draft_of(asset));
  LoadReport report;
  const std::vector<WriteOutcome> outcomes = documents.write(drafts, by);
  for (std::size_t i = 0; i < drafts.size(); ++i)
    report.documents.push_back({drafts[i].kind, std::move(drafts[i].id), outcomes[i]});
  report.people_changed = documents.write_people(content.people, by);
  return report;
}

} // namespace walkin::desk
