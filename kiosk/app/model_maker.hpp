// Makes the parts of one model; the words of its language are the same all through. Inside kiosk/app only.
//   model.cpp          the frame of every page, bar, keyboard, dialogs
//   model_pages.cpp    the start page and the questions of a visit
//   model_answers.cpp  known problems, articles, guides; tickets; the number; service
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/app/wording.hpp"

namespace walkin::kiosk {

class ModelMaker {
public:
  ModelMaker(const AppState& state, Moment now)
      : state_(state), visit_(state.visit), words_(state.language), now_(now), page_(page_of(state)) {}
  Model make();

private:
  std::string_view text(std::string_view key) const { return words_.text(key); }
  std::string_view tag() const { return i18n::tag_of(state_.language); }

  // --- the frame ---
  void put_title(Model& model) const;
  void put_way_title(Model& model) const;
  void put_answer_title(Model& model) const;
  bool has_primary() const;
  void put_frame(Model& model) const;
  void put_primary(Model& model) const;
  void put_answer_primary(Model& model) const;
  PageView view() const;
  std::vector<ActionView> accessibility() const;
  KeyboardView keyboard() const;
  DialogView dialog() const;
  FieldView field(Field which) const;
  std::string_view field_help(Field which) const;

  // --- the start page and questions ---
  StartView start() const;
  SecretText corner() const;
  SecretText wait_hint() const;
  std::vector<Block> who() const;
  ChoiceGroupView ways(ChoiceStyle style) const;
  std::vector<Block> who_fields() const;
  std::vector<Block> confirm() const;
  ChoiceGroupView categories() const;
  std::vector<Block> computer() const;
  void add_with_offers(std::vector<Block>& blocks, Field field,
                       const std::vector<std::string>& offered) const;
  std::vector<Block> telephone() const;
  const domain::Bulletin* bulletin_of_category() const;
  std::vector<Block> words_page() const;
  std::vector<Block> serious() const;
  ChoiceGroupView consequences() const;

  // --- answers and tickets ---
  LinkView link(const Suggestion& found) const;
  std::vector<Block> known() const;
  std::vector<Block> bulletin() const;
  std::vector<Block> find() const;
  std::vector<Block> article() const;
  std::vector<Block> guide() const;
  ChoiceGroupView helped() const;
  const domain::GuideNode* guide_node() const;
  std::vector<Block> ticket() const;
  std::string_view reach_title_of(const TicketInfo& ticket) const;
  TimelineView timeline(const TicketInfo& ticket) const;
  void put_ticket_question(const TicketInfo& ticket, std::vector<Block>& blocks) const;
  std::vector<Block> thanks() const;
  std::vector<Block> service() const;
  std::string_view printer_state() const;
  SecretText wait_range(const domain::WaitRange& wait) const;
  NumberView number() const;
  void put_slip(NumberView& view, bool offline) const;
  SecretText clock(const i18n::LocalTime& time) const { return SecretText(i18n::format_clock(time)); }

  const AppState& state_;
  const Visit& visit_;
  Words words_;
  Moment now_;
  PageId page_;
};

} // namespace walkin::kiosk
