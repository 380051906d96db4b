import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { type Decision, decideLink, type Grounding, groundingQuery } from "@/api/grounding";
import { Showing } from "./showing";

const POLL_MS = 2000;

export interface ImageGrounding {
  grounding: Grounding | undefined;
  /** What is outlined on the picture; words and rows set it, the picture reads it. */
  showing: Showing;
  decide: (decision: Decision) => void;
}

const Context = createContext<ImageGrounding | null>(null);

/** What was said of an image's masks, for its words, its picture and the list beside it. */
export function GroundingOfImage({ image, children }: { image: number; children: ReactNode }) {
  const queries = useQueryClient();
  const [showing] = useState(() => new Showing());
  const { data: grounding } = useQuery({
    ...groundingQuery(image),
    refetchInterval: ({ state }) => (state.data?.is_waiting ? POLL_MS : false),
  });
  const { mutate: decide } = useMutation({
    mutationFn: decideLink,
    onMutate: ({ kind }) => kind !== "confirmed" && showing.letGo(),
    onSettled: () => queries.invalidateQueries(groundingQuery(image)),
  });
  const said = useMemo(() => ({ grounding, showing, decide }), [grounding, showing, decide]);
  return <Context value={said}>{children}</Context>;
}

export function useGrounding(): ImageGrounding | null {
  return useContext(Context);
}
