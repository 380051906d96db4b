import { Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { heardQuery } from "@/api/heard";
import type { Keyed } from "@/commands/command";
import { KeyOf } from "@/commands/Keys";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { captionMask } from "@/editor/mask-captions";
import type { Take } from "@/recorder/take";
import classes from "./Speak.module.css";
import type { MaskVoice } from "./useMaskVoice";

interface Props {
  editor: Editor;
  mask: string;
  voice: MaskVoice;
  speak: Keyed;
}

/** How it stands with what is said of a mask; nothing while nothing is. */
export function SpokenState({ editor, mask, voice, speak }: Props) {
  const spoken = useSignal(editor.unsent.spoken)[mask];
  const { take } = voice;
  const problem = spoken?.kind === "unheard" ? spoken.why : voice.problem;
  return (
    <div role="status">
      {take?.mask === mask ? (
        <div className={classes.state}>
          <Words take={take} /> <KeyOf command={speak} /> ends it, Esc drops it.
        </div>
      ) : (
        <>
          {problem !== "" && <div className={classes.trouble}>{problem}</div>}
          {spoken?.kind === "awaited" && (
            <div className={classes.state}>
              <Loader size={12} /> Hearing…
              <Choice onClick={() => editor.unsent.noteSpoken(mask, null)}>Drop</Choice>
            </div>
          )}
          {spoken?.kind === "heard" && (
            <div className={classes.state}>
              Heard, and not kept yet.
              <Choice onClick={() => captionMask(editor, mask)}>Keep</Choice>
              <Choice onClick={() => editor.unsent.writeCaption(mask, null)}>Drop</Choice>
            </div>
          )}
        </>
      )}
    </div>
  );
}

function Words({ take }: { take: Take }) {
  const { data } = useQuery(heardQuery(take.id));
  const text = `${data?.settled ?? ""} ${data?.open ?? ""}`.trim();
  return text === "" ? "Speak now." : `${text}…`;
}

/** Its press leaves the field in hand: else leaving that would keep what is to be dropped. */
function Choice({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
