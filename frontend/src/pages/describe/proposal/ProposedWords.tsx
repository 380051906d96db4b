import { Text, UnstyledButton } from "@mantine/core";
import type { ImageDetail, OfferedCaption } from "@/api/types";
import { useSignal } from "@/components/useSignal";
import { type ImageGrounding, useGrounding } from "../grounding/GroundingContext";
import { maskNames } from "../grounding/phrases";
import words from "../transcript/Words.module.css";
import { type Piece, piecesOf } from "./pieces";

interface Props {
  proposal: OfferedCaption;
  image: ImageDetail;
}

/** A proposed text; words that name masks light them up. */
export function ProposedWords({ proposal, image }: Props) {
  const said = useGrounding();
  return (
    <Text className={words.words} lang="en">
      {piecesOf(proposal.text, proposal.phrases).map((piece) => (
        <span key={piece.at}>
          {said && piece.masks.length > 0 ? (
            <LinkedWords piece={piece} image={image} said={said} />
          ) : (
            piece.text
          )}{" "}
        </span>
      ))}
    </Text>
  );
}

function LinkedWords(props: { piece: Piece; image: ImageDetail; said: ImageGrounding }) {
  const { piece, image, said } = props;
  const { masks, at, text } = piece;
  const what = { masks, place: null, phrase: null };
  const key = `proposed ${at}`;
  const isPinned = useSignal(said.showing.pinned) === key;
  const show = () => said.showing.show(what);
  const { hide } = said.showing;
  return (
    <UnstyledButton
      component="button"
      className={words.word}
      data-said="proposed"
      data-shown={isPinned || undefined}
      title={maskNames(masks, image)}
      aria-pressed={isPinned}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onClick={() => said.showing.pin(key, what)}
    >
      {text}
    </UnstyledButton>
  );
}
