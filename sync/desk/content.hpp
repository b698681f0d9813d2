// The content that a help desk reads and shows, from a folder of files: articles/ID.LANGUAGE.md,
// guides/ID.json and sample.json (organisation, sites, people, assets, bulletins). Whatever is wrong is said
// with its file and line, and then nothing is taken in.
#pragma once

#include "sync/desk/storage/documents.hpp"

namespace walkin::desk {

struct ContentFault {
  std::string file; // as it lies in the folder
  std::size_t line = 0;
  std::string message;
};

struct Content {
  std::vector<domain::Article> articles;
  std::vector<domain::Guide> guides;
  std::vector<domain::SiteSettings> sites; // with the members that the folder tells of
  std::vector<domain::Bulletin> bulletins;
  std::vector<domain::Asset> assets;
  std::vector<domain::Person> people;
  std::vector<ContentFault> faults;
};

// `now`: what the sample's times and recurring holidays are counted from. Errors: not_found (no such folder).
base::Result<Content> read_content(const std::filesystem::path& folder, base::Instant now);

struct LoadedDocument {
  domain::DocumentKind kind;
  std::string id;
  WriteOutcome outcome;
};
struct LoadReport {
  std::vector<LoadedDocument> documents;
  std::size_t people_changed = 0;
};
// Takes in what has no fault. Of a site, only what the folder tells of is changed; of a bulletin that is
// there already, its times stay.
LoadReport load_content(Documents& documents, const Content& content, std::string_view by);

// Parts of reading, for tests.
base::Result<domain::Article> parse_article_file(std::string_view name, std::string_view text,
                                                 std::size_t& fault_line);
void read_sample(const std::filesystem::path& file, base::Instant now, Content& content);
// "-P1DT5H", "PT30M". Nothing for what is none.
std::optional<base::Millis> parse_duration(std::string_view text);
// RFC 3339 in UTC ("2026-11-22T08:15:00Z"), or a duration from `now`.
std::optional<base::Instant> parse_moment(std::string_view text, base::Instant now);

} // namespace walkin::desk
