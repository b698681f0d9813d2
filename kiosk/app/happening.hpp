// One intent, at one moment: what update() does with it. Inside kiosk/app only. A function for each intent;
// those without a meaning on this page do nothing.
//   update.cpp          what every intent goes through; language and bar; choices; going on; saving; time
//   update_typing.cpp   fields and keys
//   update_answers.cpp  known problems, articles, guides, searching
//   update_beside.cpp   scans, who somebody is, tickets, printing, the service page
#pragma once

#include "kiosk/app/state.hpp"

namespace walkin::kiosk {

class Happening {
public:
  Happening(AppState& state, Moment now) : state_(state), now_(now) {}
  std::vector<Command> take(Intent intent);

private:
  template <class T>
  void receive(T what);

  PageId page() const { return page_of(state_); }
  Visit& visit() { return state_.visit; }
  bool is_echo() const { return state_.last_turn && now_ < *state_.last_turn + state_.settings.double_touch; }
  void touched();
  void close_dialog();
  void extend();
  void answered();
  void send();
  void hand_on(domain::Registration registration);
  void mend(const domain::FieldProblem& problem);
  void save_failed(SaveTrouble trouble);
  void tick_idle();

  // --- fields ---
  bool is_here(Field field);
  TextEdit* focused() { return state_.focus ? &visit().at(*state_.focus).edit : nullptr; }
  void focus_on(Field field);
  void leave_field();
  void edited();
  void capitalize();
  void refuse(std::string_view typed);
  bool closes_keyboard_first() const;

  // --- questions to workers ---
  AskId ask(Waiting waiting);
  bool is_answer(AskId ask, Waiting waiting) const { return state_.ask == ask && state_.waiting == waiting; }
  void answered_question();
  void waited_too_long();
  void search();

  // --- pages beside the way ---
  void open(PageId page);
  void back_beside();
  void look_up_person();
  void known_or_not(std::optional<KnownPerson> person, bool has_directory);
  void after_who();
  void look_up_tag();
  bool find_ticket(std::string_view typed);
  void scan_badge(std::string_view text);
  void scan_tag(std::string_view text);
  void save_reply();
  void thank(screen::Thanks what);
  void keep_trail();
  void go_to_guide_end();

  // --- from the customer ---
  void on(Touched) {}
  void on(ChooseLanguage);
  void on(StartVisit);
  void on(JoinBulletin);
  void on(OpenBulletins);
  void on(OpenTicket);
  void on(OpenFind);
  void on(OpenAnswer);
  void on(AnswerGuide);
  void on(RestartGuide);
  void on(SayHelped);
  void on(GetNumber);
  void on(ConfirmPerson);
  void on(NotMe);
  void on(SayWorks);
  void on(RateHelp);
  void on(ChooseWay);
  void on(ChooseGuestWay);
  void on(ChooseCategory);
  void on(ChooseSystem);
  void on(ChooseMemory);
  void on(TakeOffered);
  void on(ChooseVoicemail);
  void on(ChooseSeverity);
  void on(ChooseAffected);
  void on(ChooseConsequence);
  void on(FocusField);
  void on(LeaveField);
  void on(InsertText);
  void on(PressAccent);
  void on(Accentuate);
  void on(EraseBack);
  void on(ClearField);
  void on(MoveCursor);
  void on(PlaceCursor);
  void on(PressShift);
  void on(PressSymbols);
  void on(Continue);
  void on(Back);
  void on(Change);
  void on(Send);
  void on(PrintAgain);
  void on(TryAgain);
  void on(Exit);
  void on(ConfirmExit);
  void on(Stay);
  void on(ExtendTime);
  void on(CycleTextSize);
  void on(ToggleContrast);
  void on(ToggleReach);
  void on(ToggleSpeech);
  void on(ChangeVolume);
  void on(Scanned);
  void on(StaffGesture);
  void on(RestartKiosk);

  // --- time and workers ---
  void on(Tick);
  void on(Registered);
  void on(RegisterFailed);
  void on(ConnectionChanged);
  void on(StoreChanged);
  void on(SiteChanged);
  void on(OpeningChanged);
  void on(QueueChanged);
  void on(BulletinsChanged);
  void on(PersonLooked);
  void on(AssetLooked);
  void on(Suggested);
  void on(AnswerOpened);
  void on(TicketLooked);
  void on(ReplySaved);
  void on(PrinterChanged);
  void on(PinChecked);
  void on(ServiceChanged);
  void on(SpeechChanged);

  AppState& state_;
  Moment now_;
  std::vector<Command> commands_;
};

} // namespace walkin::kiosk
