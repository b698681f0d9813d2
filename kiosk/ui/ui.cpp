#include "kiosk/ui/ui.hpp"

#include <cmath>
#include <imgui.h>

namespace walkin::kiosk::ui {

Ui::Ui() : context_(ImGui::CreateContext()) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  ImGui::GetStyle().CircleTessellationMaxError = 0.12F;
}

Ui::~Ui() { ImGui::DestroyContext(context_); }

ImFontAtlas& Ui::atlas() { return *ImGui::GetIO().Fonts; }

void Ui::post(InputEvent event) { events_.push_back(std::move(event)); }

base::Status Ui::begin_frame(Size size, const Look& look, Time now) {
  ImGui::SetCurrentContext(context_);
  now_ = now;
  size_ = size;
  theme_ = &ui::theme(look.high_contrast);
  const Metrics metrics{look.px_per_mm, look.text_scale};
  if (!fonts_built_ || !(metrics == metrics_)) {
    metrics_ = metrics;
    if (auto built = fonts_.build(atlas(), metrics_); !built) return built;
    fonts_built_ = true;
    ++atlas_generation_;
  }
  atlas().SetTexID(reinterpret_cast<ImTextureID>(letters_texture_)); // a build forgets it
  activated_.clear();
  while (!events_.empty() && activated_.empty()) {
    const InputEvent event = std::move(events_.front());
    events_.pop_front();
    handle(event);
  }
  if (activated_.empty()) repeat_held();

  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {size.w, size.h};
  io.DeltaTime = 1.0F / 60.0F;
  io.MousePos = {-1.0F, -1.0F};
  ImGui::NewFrame();
  canvas_ = std::make_unique<Canvas>(*ImGui::GetBackgroundDrawList(), fonts_, metrics_, next_inks_);
  next_.clear();
  next_inks_.clear();
  editing_next_.clear();
  return {};
}

ImDrawData* Ui::end_frame() {
  std::swap(tree_, next_);
  std::swap(inks_, next_inks_);
  next_.clear();
  editing_ = editing_next_;
  if (!opened_.empty() && (!activated_.empty() || tree_.by_id(opened_) == nullptr)) close();
  if (opened_by_key_ && focus_ == opened_) focus_opened();
  if (const Node* focused = tree_.by_id(focus_); focused == nullptr || focused->behind) {
    focus_.clear();
    focus_visible_ = false;
  }
  canvas_.reset();
  ImGui::Render();
  return ImGui::GetDrawData();
}

Response Ui::add(Node node) {
  Response response;
  if (is_interactive(node.role) && !node.state.disabled) {
    node.state.pressed = !captured_.empty() && captured_ == node.id && finger_inside_;
    node.state.focused = focus_visible_ && focus_ == node.id;
    if (!activated_.empty() && activated_ == node.id) {
      response.activated = true;
      response.at = activated_at_;
    }
  }
  response.state = node.state;
  next_.add(std::move(node));
  return response;
}

void Ui::picture(const std::shared_ptr<const Bitmap>& bitmap, const Rect& rect) {
  placed_ = {bitmap, static_cast<int>(rect.w), static_cast<int>(rect.h)};
  canvas_->list().AddImage(reinterpret_cast<ImTextureID>(picture_texture_), {rect.x, rect.y},
                           {rect.right(), rect.bottom()});
}

void Ui::set_page(std::uint64_t serial) {
  if (serial == page_serial_) return;
  page_serial_ = serial;
  captured_.clear();
  close();
  turned_.clear();
}

void Ui::handle(const InputEvent& event) {
  switch (event.kind) {
  case InputEvent::Kind::touch_down: return touch_down(event.at);
  case InputEvent::Kind::touch_move:
    if (const Node* node = opened_.empty() || captured_.empty() ? nullptr : tree_.at(event.at);
        node != nullptr && node->slides)
      captured_ = node->id;
    if (const Node* node = captured_.empty() ? nullptr : tree_.by_id(captured_))
      finger_inside_ = node->rect.contains(event.at);
    return;
  case InputEvent::Kind::touch_up: return touch_up(event.at);
  case InputEvent::Kind::touch_cancel:
    captured_.clear();
    close();
    return;
  case InputEvent::Kind::key: return handle_key(event);
  case InputEvent::Kind::text:
  case InputEvent::Kind::scan:
    activity_ = true;
    typed_.push_back(event);
    return;
  }
}

void Ui::touch_down(Point at) {
  activity_ = true;
  focus_visible_ = false;
  captured_.clear();
  close();
  if (const Node* node = tree_.at(at)) {
    captured_ = node->id;
    finger_inside_ = true;
    held_since_ = now_;
    repeated_ = false;
  }
}

void Ui::touch_up(Point at) {
  activity_ = true;
  const std::string id = std::exchange(captured_, {});
  const Node* node = id.empty() ? nullptr : tree_.by_id(id);
  if (node == nullptr || node->behind || node->state.disabled || !node->rect.contains(at)) return close();
  if (repeated_) return; // its last repeat was its last word
  if (!node->quick && id == last_activated_ && now_ - last_activated_time_ < k_double_touch) return;
  last_activated_ = id;
  last_activated_time_ = now_;
  activate(*node, at);
}

void Ui::activate(const Node& node, Point at) {
  activated_ = node.id;
  activated_at_ = at;
  focus_ = node.id;
}

void Ui::handle_key(const InputEvent& event) {
  activity_ = true;
  // While a field is typed into and the ring is not on another control, its cursor takes the level keys.
  const bool in_field = !editing_.empty() && (!focus_visible_ || focus_ == editing_);
  const Node* target = nullptr;
  switch (event.key) {
  case Key::tab: target = tree_.next(in_field ? editing_ : focus_, 1); break;
  case Key::back_tab: target = tree_.next(in_field ? editing_ : focus_, -1); break;
  case Key::up: target = tree_.toward(in_field ? editing_ : focus_, 0, -1); break;
  case Key::down: target = tree_.toward(in_field ? editing_ : focus_, 0, 1); break;
  case Key::left:
  case Key::right:
    if (in_field) return typed_.push_back(event);
    target = tree_.toward(focus_, event.key == Key::left ? -1 : 1, 0);
    break;
  case Key::enter:
    if (event.repeated) { // held: what it does is done once
      const Node* held = focus_visible_ && !in_field ? tree_.by_id(focus_) : nullptr;
      if (held != nullptr && held->opens && opened_.empty()) open(held->id, true);
      return;
    }
    if (const Node* node = focus_visible_ && !in_field ? tree_.by_id(focus_) : nullptr)
      return activate(*node, node->rect.center());
    return typed_.push_back(event);
  case Key::escape:
    if (!opened_.empty()) return close();
    return typed_.push_back(event);
  case Key::home:
  case Key::end:
  case Key::help:
  case Key::louder:
  case Key::softer:
  case Key::backspace: return typed_.push_back(event);
  }
  if (target == nullptr) return;
  focus_ = target->id;
  focus_visible_ = true;
}

void Ui::open(std::string id, bool by_key) {
  opened_ = std::move(id);
  opened_by_key_ = by_key;
}

// By keypad the ring goes to the nearest of what was opened, first to the right.
void Ui::focus_opened() {
  const float from = tree_.by_id(opened_)->rect.center().x;
  const auto distance = [&](const Node& node) { return std::fabs(node.rect.center().x - from - 1); };
  const Node* nearest = nullptr;
  for (const Node& node : tree_.nodes())
    if (node.slides && (nearest == nullptr || distance(node) < distance(*nearest))) nearest = &node;
  if (nearest != nullptr) focus_ = nearest->id;
}

void Ui::close() {
  if (opened_by_key_) focus_ = opened_;
  opened_.clear();
  opened_by_key_ = false;
}

void Ui::repeat_held() {
  const Node* node = captured_.empty() || !finger_inside_ ? nullptr : tree_.by_id(captured_);
  if (node == nullptr) return;
  if (node->opens && opened_.empty() && now_ - held_since_ >= k_repeat_delay) open(node->id, false);
  if (!node->repeats) return;
  if (now_ - held_since_ < k_repeat_delay || (repeated_ && now_ - repeated_at_ < k_repeat_every)) return;
  repeated_ = true;
  repeated_at_ = now_;
  activate(*node, node->rect.center());
}

std::optional<Time> Ui::wake_after(Time now) const {
  const Node* node = captured_.empty() || !finger_inside_ ? nullptr : tree_.by_id(captured_);
  if (node == nullptr || !(node->repeats || (node->opens && opened_.empty()))) return std::nullopt;
  const Time due = repeated_ ? repeated_at_ + k_repeat_every : held_since_ + k_repeat_delay;
  return std::max(due - now, Time{0});
}

bool Ui::press(Role role, std::string_view name) {
  const Node* node = tree_.find(role, name);
  return node != nullptr && press_id(node->id);
}

bool Ui::press_id(std::string_view id) {
  const Node* node = tree_.by_id(id);
  if (node == nullptr || node->behind || node->state.disabled || !is_interactive(node->role)) return false;
  const Point middle = node->rect.center();
  if (const Node* top = tree_.at(middle); top == nullptr || top->id != node->id) return false;
  post({InputEvent::Kind::touch_down, middle});
  post({InputEvent::Kind::touch_up, middle});
  return true;
}

void Ui::forget() {
  for (InputEvent& event : events_) wipe(event.text);
  for (InputEvent& event : typed_) wipe(event.text);
  events_.clear();
  typed_.clear();
  tree_.clear();
  captured_.clear();
  close();
  focus_.clear();
  focus_visible_ = false;
  turned_.clear();
}

} // namespace walkin::kiosk::ui
