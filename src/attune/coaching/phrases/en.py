"""What the coach says in English.

Praise tells what was heard and why it helps. A suggestion is one small thing to try, offered to both; it says what
to do, never what somebody is or did. Descriptions name a thing neutrally, for reports.
"""

from __future__ import annotations

from attune.coaching.phrases.book import PhraseBook, Wording

_LISTENING = {
    "act.reflection": Wording(
        description="Saying back what was heard.",
        praise=(
            "{name} said back what was heard: “{quote}”. That shows listening.",
            "I heard “{quote}”. Saying it back lets the other feel understood.",
        ),
        suggestions=(
            "Try saying back what you heard before answering.",
            "Try one sentence that begins with “what I hear is”.",
        ),
    ),
    "act.reflection.feeling": Wording(
        description="Naming the feeling that was heard.",
        praise=(
            "{name} named a feeling gently: “{quote}”. That invites more.",
            "I heard “{quote}”. Naming a feeling helps it to be shared.",
        ),
        suggestions=("Try naming one feeling you hear, as a guess.",),
    ),
    "act.check_in": Wording(
        description="Asking whether it was understood.",
        praise=(
            "{name} checked the understanding: “{quote}”. That is careful listening.",
            "I heard “{quote}”. Checking keeps you on the same page.",
        ),
        suggestions=(
            "Try asking “did I get that right?” after saying it back.",
            "Try a short check: “is there anything I missed?”",
        ),
    ),
    "act.confirmation": Wording(
        description="Telling the other that they understood.",
        praise=(
            "{name} answered “{quote}”. Now the other knows it arrived.",
            "I heard “{quote}”. Somebody was understood just then.",
        ),
    ),
    "act.correction": Wording(
        description="Saying what was not quite understood yet.",
        praise=(
            "{name} put it straight kindly: “{quote}”. That helps the other to understand.",
            "I heard “{quote}”. Putting it straight brings you closer to the point.",
        ),
    ),
    "act.validation": Wording(
        description="Saying that the other's view makes sense.",
        praise=(
            "{name} made room for another view: “{quote}”.",
            "I heard “{quote}”. Making sense to somebody feels good.",
        ),
        suggestions=("Try “that makes sense, because”, and finish it from their side.",),
    ),
    "act.open_question": Wording(
        description="Asking a question that leaves the answer open.",
        praise=(
            "{name} asked with curiosity: “{quote}”.",
            "I heard “{quote}”. An open question gives room.",
        ),
        suggestions=("Try a question that begins with “what” or “how”.",),
    ),
    "act.closed_question": Wording(
        description="Asking a question that a yes or no can answer.",
        suggestions=(
            "Try turning the next question into one that begins with “what” or “how”.",
            "Try “tell me more about that” in place of the next question.",
        ),
    ),
    "act.encourager": Wording(
        description="Inviting the other to go on.",
        praise=(
            "{name} invited more: “{quote}”.",
            "I heard “{quote}”. That makes it easier to go on.",
        ),
        suggestions=("Try “tell me more”, and then wait.",),
    ),
    "act.backchannel": Wording(
        description="Small sounds that say: I am with you.",
        praise=(
            "{name} kept listening with a small “{quote}”.",
            "I heard a small “{quote}”. It says: I am with you.",
        ),
    ),
}

_SHARING = {
    "act.feeling_named": Wording(
        description="Naming a feeling of one's own.",
        praise=(
            "{name} shared a feeling: “{quote}”. That takes openness.",
            "I heard “{quote}”. Sharing a feeling lets the other in.",
        ),
        suggestions=("Try adding how it feels, in one word.",),
    ),
    "act.i_statement": Wording(
        description="Speaking for oneself.",
        praise=(
            "{name} spoke from the heart: “{quote}”.",
            "I heard “{quote}”. Words that begin with “I” are easier to hear.",
        ),
        suggestions=("Try “I feel”, then about what, then what you need.",),
    ),
    "act.need": Wording(
        description="Saying what one needs.",
        praise=(
            "{name} said a need plainly: “{quote}”.",
            "I heard “{quote}”. A need said plainly can be met.",
        ),
        suggestions=("Try saying one thing you need just now.",),
    ),
    "act.request": Wording(
        description="Asking for something that the other can say yes or no to.",
        praise=(
            "{name} asked openly: “{quote}”.",
            "I heard “{quote}”. A clear request is easy to answer.",
        ),
        suggestions=("Try turning the wish into a request: “would you be willing to”.",),
    ),
    "act.appreciation": Wording(
        description="Saying thanks, or what one values.",
        praise=(
            "{name} showed appreciation: “{quote}”.",
            "I heard “{quote}”. Thanks like that do both of you good.",
        ),
        suggestions=("Try telling each other one thing you valued today.",),
    ),
    "act.support_offer": Wording(
        description="Offering support.",
        praise=(
            "{name} offered support: “{quote}”.",
            "I heard “{quote}”. Asking what would help is a gift.",
        ),
        suggestions=("Try asking “what would help you now?”",),
    ),
    "act.time_out": Wording(
        description="Asking for a break.",
        praise=(
            "{name} asked for a break in good time: “{quote}”.",
            "I heard “{quote}”. A break asked for kindly helps both.",
        ),
        suggestions=("If it gets a lot, try a break, and say when you will come back.",),
    ),
    "act.self_care": Wording(
        description="Naming a limit, or caring for oneself.",
        praise=(
            "{name} looked after their own needs: “{quote}”.",
            "I heard “{quote}”. Caring for oneself helps the talk too.",
        ),
        suggestions=("Try one slow breath together before going on.",),
    ),
}

_HARD_MOMENTS = {
    "act.criticism": Wording(
        description="A complaint that was hard to hear.",
        suggestions=(
            "Try starting with “I feel”, and then what you need.",
            "Try saying what happened, and how it felt for you.",
        ),
    ),
    "act.contempt": Wording(
        description="Sharp words.",
        suggestions=(
            "Try one slow breath together, and then say what matters most.",
            "Try one thing you value in each other before going on.",
        ),
    ),
    "act.defensiveness": Wording(
        description="Answering with one's own side first.",
        suggestions=(
            "Try saying back what you heard first; your own side comes next.",
            "Try finding one part that you can agree with.",
        ),
    ),
    "act.dismissal": Wording(
        description="Words that closed a feeling.",
        suggestions=(
            "Try staying with the feeling a moment: “that sounds hard”.",
            "Try asking how big it feels, and just listen.",
        ),
    ),
    "act.rebuttal": Wording(
        description="A “but” that followed an agreement.",
        suggestions=(
            "Try ending the sentence before the “but”, and let it stand.",
            "Try “and” in place of “but”.",
        ),
    ),
    "act.advice": Wording(
        description="Advice.",
        suggestions=(
            "Try asking “would you like ideas, or an ear?”",
            "Try one more question before any ideas.",
        ),
    ),
    "act.mind_reading": Wording(
        description="A guess at what the other thinks.",
        suggestions=(
            "Try turning the guess into a question: “is it like that for you?”",
            "Try asking “what is it like for you?”",
        ),
    ),
    "act.stonewalling": Wording(
        description="A long silence after something was asked.",
        suggestions=(
            "If it is a lot just now, try a break, and say when you will come back.",
            "Try a few words about what is going on inside, even “I need a moment”.",
        ),
    ),
}

_FLOOR = {
    "transfer.smooth_switch": Wording(
        description="Answering after the other had finished.",
        suggestions=("Try one breath before you answer.",),
    ),
    "transfer.overlapped_switch": Wording(description="Beginning as the other came to an end."),
    "transfer.turn_final_overlap": Wording(description="Beginning on the other's last word."),
    "transfer.interruption": Wording(
        description="Beginning before the other had finished.",
        suggestions=(
            "Try letting the last word land before you begin.",
            "Try waiting one breath after the other has finished.",
        ),
    ),
    "transfer.interruption_attempt": Wording(
        description="Beginning while the other went on.",
        suggestions=("Try keeping the thought for a moment, until the other has finished.",),
    ),
    "transfer.cut_in": Wording(
        description="Beginning before a sentence was whole.",
        suggestions=("Try waiting until the sentence is whole, and one breath more.",),
    ),
    "transfer.took_pause": Wording(
        description="Speaking in the other's pause for thought.",
        suggestions=(
            "Try letting the silence work; there may be more to come.",
            "Try counting to three when the other pauses to think.",
        ),
    ),
    "transfer.cooperative_overlap": Wording(description="Speaking along, in support."),
    "transfer.dual_start": Wording(description="Beginning at the same moment."),
    "transfer.chordal": Wording(description="Laughing or greeting together."),
    "transfer.backchannel": Wording(description="A small sound of listening."),
}

_PATTERNS = {
    "pattern.let_finish": Wording(
        description="Letting the other finish.",
        praise=(
            "{name} let the other finish before answering.",
            "The answers waited for the last word. That is patient listening.",
        ),
    ),
    "pattern.took_a_moment": Wording(
        description="Taking a moment before answering.",
        praise=(
            "{name} took a moment before answering. That gives words room to land.",
            "There was a moment of quiet before the answers. That gives words room.",
        ),
    ),
    "pattern.small_sounds": Wording(
        description="Small sounds of listening.",
        praise=(
            "{name} gave small sounds of listening. They say: I am with you.",
            "There were small sounds of listening. They help the other to go on.",
        ),
    ),
}

_MEASURES = {
    "measure.talk_share": Wording(description="How the talking time was shared."),
    "measure.longest_turn_s": Wording(
        description="The longest time that one voice had the floor.",
        suggestions=(
            "Try sharing a little at a time, with room to say it back.",
            "Try two or three sentences, and then a pause.",
        ),
    ),
    "measure.turns_per_min": Wording(description="How often the floor changed, each minute."),
    "measure.interruptions_per_partner_min": Wording(
        description="Beginnings that stopped the other, for each minute of the other's talk."
    ),
    "measure.attempts_per_partner_min": Wording(
        description="Beginnings while the other went on, for each minute of the other's talk."
    ),
    "measure.pause_before_response_s": Wording(description="The usual pause before answering."),
    "measure.backchannels_per_partner_min": Wording(
        description="Small sounds of listening, for each minute of the other's talk."
    ),
    "measure.silence_patience": Wording(
        description="How often a pause for thought was left open.",
        praise=(
            "{name} left room when the other paused to think. That is patience.",
            "Pauses for thought were left open. That gives room for more.",
        ),
    ),
    "measure.reflections": Wording(
        description="Times that something was said back.",
        suggestions=(
            "Try saying back what you heard before answering.",
            "Try taking turns: one speaks, the other says it back in a sentence.",
        ),
    ),
    "measure.reflections_per_question": Wording(
        description="Times that something was said back, for each question.",
        praise=(
            "{name} said things back as often as asking. That is balanced listening.",
            "Saying back and asking were in balance. That is good listening.",
        ),
    ),
    "measure.open_question_share": Wording(
        description="How many of the questions left the answer open.",
        praise=(
            "{name} asked mostly open questions. That is real curiosity.",
            "Most questions were open ones. That is real curiosity.",
        ),
        suggestions=("Try a question that begins with “what” or “how”.",),
    ),
    "measure.check_ins": Wording(
        description="Times that somebody asked whether it was understood.",
        suggestions=(
            "Try asking “did I get that right?” now and then.",
            "Try a short check: “is there anything I missed?”",
        ),
    ),
    "measure.overlap_share": Wording(description="How much of the time more than one voice was heard."),
}

ENGLISH = PhraseBook(
    language="en",
    wordings={**_LISTENING, **_SHARING, **_HARD_MOMENTS, **_FLOOR, **_PATTERNS, **_MEASURES},
    strength_quoted="{description} At {time}: “{quote}”.",
    strength_timed="{description} Heard {count} times, for example at {time}.",
    next_step_timed="{suggestion} A moment to think back to: {time}.",
)
"""The English phrase book."""
