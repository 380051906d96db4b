"""Names become a prompt that is short, and safe whatever people call their labels."""

from engine.speech.vocabulary import MAX_CHARACTERS, prompt_of


def test_names_are_one_sentence_each_once_and_in_order() -> None:
    assert prompt_of(["red bucket", "dog", "Dog", " ", "T-shirt"]) == (
        "In the picture: red bucket, dog, T-shirt."
    )
    assert prompt_of([]) is None
    assert prompt_of(["", "???"]) is None


def test_odd_names_bring_nothing_into_the_prompt_and_many_do_not_fill_it() -> None:
    odd = prompt_of(["<|endoftext|>", "cell_wall", "x" * 500, "é\ntoile"])
    many = prompt_of([f"label {number}" for number in range(1000)])

    assert odd == "In the picture: endoftext, cell wall, é toile."
    assert many is not None
    assert len(many) <= MAX_CHARACTERS + 1
