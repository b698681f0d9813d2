#include "kiosk/ui/semantics.hpp"

#include <doctest/doctest.h>

using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;

namespace {

Node button_at(std::string id, Rect rect) {
  return {.id = id, .role = Role::button, .name = SecretText(id), .rect = rect};
}

SemanticTree grid() {
  SemanticTree tree;
  tree.add(button_at("a", {0, 0, 100, 100}));
  tree.add(button_at("b", {120, 0, 100, 100}));
  tree.add(button_at("c", {0, 120, 100, 100}));
  tree.add(button_at("d", {120, 120, 100, 100}));
  return tree;
}

} // namespace

TEST_CASE("a node is found by its role and its whole name") {
  const SemanticTree tree = grid();
  REQUIRE(tree.find(Role::button, "c") != nullptr);
  CHECK(tree.find(Role::button, "c")->rect.y == 120);
  CHECK(tree.find(Role::choice, "c") == nullptr);
  CHECK(tree.find(Role::button, "") == nullptr);
}

TEST_CASE("arrows go to the neighbour in their direction and stop at the edge") {
  const SemanticTree tree = grid();
  CHECK(tree.toward("a", 1, 0)->id == "b");
  CHECK(tree.toward("a", 0, 1)->id == "c");
  CHECK(tree.toward("d", -1, 0)->id == "c");
  CHECK(tree.toward("d", 0, -1)->id == "b");
  CHECK(tree.toward("b", 1, 0) == nullptr);
}

TEST_CASE("tab follows the order of reading and wraps round") {
  const SemanticTree tree = grid();
  CHECK(tree.next("", 1)->id == "a");
  CHECK(tree.next("b", 1)->id == "c");
  CHECK(tree.next("d", 1)->id == "a");
  CHECK(tree.next("a", -1)->id == "d");
}

TEST_CASE("what lies under a dialog can be neither found, touched nor focused") {
  SemanticTree tree = grid();
  tree.put_behind();
  tree.add(button_at("ok", {0, 0, 300, 300}));
  CHECK(tree.find(Role::button, "a") == nullptr);
  CHECK(tree.at({10, 10})->id == "ok");
  CHECK(tree.next("ok", 1)->id == "ok");
}

TEST_CASE("a disabled node lets a touch pass to nothing") {
  SemanticTree tree;
  tree.add(button_at("off", {0, 0, 100, 100})).state.disabled = true;
  CHECK(tree.at({50, 50}) == nullptr);
  CHECK(tree.next("", 1) == nullptr);
}

TEST_CASE("a dump leaves masked values out") {
  SemanticTree tree;
  Node node = button_at("who", {0, 0, 10, 10});
  node.value = SecretText("M. Ruiz");
  node.masked = true;
  tree.add(std::move(node));
  CHECK(tree.dump() == "button \"who\"\n");
}
