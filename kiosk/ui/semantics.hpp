// The semantic tree: what one frame shows, as a person who listens or a test would tell it. Every widget puts
// its node here in the same call that draws it; focus order, touch targets, audits and tests read it.
// UI thread. Names and values may be what a customer entered, so they are SecretText and wiped with the
// frame.
#pragma once

#include "kiosk/app/secret_text.hpp"
#include "kiosk/ui/tokens.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::kiosk::ui {

struct Point {
  float x = 0, y = 0;
};

struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Point center() const { return {x + w / 2, y + h / 2}; }
  bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  bool overlaps(const Rect& o) const {
    return x < o.right() && o.x < right() && y < o.bottom() && o.y < bottom();
  }
  Rect inset(float by) const { return {x + by, y + by, w - 2 * by, h - 2 * by}; }
  Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
};

enum class Role : std::uint8_t {
  heading,
  text,
  status, // read only
  progress,
  image,
  notice,
  dialog,
  button,
  choice,
  chip,
  toggle,
  field,
  key, // can be pressed
};

// In English and lower case, for tests' messages and dumps.
std::string_view role_name(Role role);

constexpr bool is_interactive(Role role) { return role >= Role::button; }

struct NodeState {
  bool focused = false;  // by keypad: the ring is drawn
  bool pressed = false;  // a finger is on it
  bool selected = false; // an answer, a switch that is on, the field that is typed into
  bool disabled = false;
  bool error = false;
};

struct Node {
  std::string id{}; // stable from frame to frame, unique in a frame
  Role role = Role::text;
  SecretText name{};  // in the language shown
  SecretText value{}; // of a field; the hint of a choice; may be empty
  NodeState state{};
  Rect rect{};                // what can be touched; for what is read only, what is drawn
  Color text{}, background{}; // as drawn, for audits of contrast
  bool behind = false;        // under a dialog: neither touched nor focused nor spoken
  bool masked = false;        // holds what must not be spoken
  bool quick = false;         // may be touched twice in half a second: keys, page arrows
  bool repeats = false;       // acts again and again while it is held: erase
  bool opens = false;         // shows more while it is held: a letter's accents
  bool slides = false;        // part of that: the finger that holds may slide to it and let go
};

class SemanticTree {
public:
  void clear() { nodes_.clear(); }
  Node& add(Node node);
  // Everything so far lies under what follows.
  void put_behind();

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node* by_id(std::string_view id) const;
  // The first one in front with this role and exactly this name.
  const Node* find(Role role, std::string_view name) const;
  std::vector<const Node*> all(Role role) const;
  // The topmost pressable, enabled node in front at this place.
  const Node* at(Point point) const;

  // Keypad: the next pressable node in reading order, wrapping round; the first when `from` is not there.
  const Node* next(std::string_view from, int step) const;
  // Keypad: the nearest pressable node in this direction (dx, dy one of -1, 0, 1); nothing at the edge.
  const Node* toward(std::string_view from, int dx, int dy) const;

  // One line a node: role "name" = value [states]. For tests' messages; masked values are left out.
  std::string dump() const;

private:
  std::vector<Node> nodes_;
};

} // namespace walkin::kiosk::ui
