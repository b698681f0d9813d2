// The long lists of the hot messages in CBOR, written and read without a tree of values between. For the .cpp
// files of this folder.
#pragma once

#include "shared/protocol/messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::protocol::quick {

// Byte for byte as codec::Writer has them.
void write(std::string& out, const domain::Event& event);
void write(std::string& out, const PlacedEvent& placed);
void write(std::string& out, const PushVerdict& verdict);

// A message taken apart: one list of it, and the message as it was but for that list, which is empty in it.
template <class Item>
struct Split {
  std::vector<Item> items;
  std::string rest;
};

// Nothing where the list is not one of at most `count_max` items in the form in which programs write them, or
// the message is anything else, valid or not: a thorough reader has then to look at it, and to say what is
// wrong. Items are never read otherwise than such a reader would.
std::optional<Split<domain::Event>> split_events(std::string_view message, std::size_t count_max);
std::optional<Split<PlacedEvent>> split_placed(std::string_view message, std::size_t count_max);
std::optional<Split<PushVerdict>> split_verdicts(std::string_view message, std::size_t count_max);

// A list's or a map's head (RFC 8949 section 3), a text, for who writes what stands around the list.
void write_list_head(std::string& out, std::size_t count);
void write_map_head(std::string& out, std::size_t count);
void write_text(std::string& out, std::string_view text);

} // namespace walkin::protocol::quick
